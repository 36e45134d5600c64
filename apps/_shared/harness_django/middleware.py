"""The bound on connections to SQLite."""

import asyncio
import threading
from inspect import iscoroutinefunction

from django.utils.decorators import sync_and_async_middleware
from harness_data import POOL_SIZE


@sync_and_async_middleware
def as_many_as_connections(get_response):
    """Let POOL_SIZE requests in at a time; the others wait. Connections close when the response has left."""
    if iscoroutinefunction(get_response):
        free = asyncio.Semaphore(POOL_SIZE)

        async def middleware(request):
            async with free:
                return await get_response(request)
    else:
        free = threading.Semaphore(POOL_SIZE)

        def middleware(request):
            with free:
                return get_response(request)

    return middleware
