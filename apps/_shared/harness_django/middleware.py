"""The bound on connections to SQLite."""

import asyncio
import threading
from inspect import iscoroutinefunction

from asgiref.sync import sync_to_async
from django.db import connections
from django.utils.decorators import sync_and_async_middleware
from harness_data import POOL_SIZE


@sync_and_async_middleware
def as_many_as_connections(get_response):
    """Let POOL_SIZE requests in at a time; the others wait.

    Django itself would close a request's connection only after its response was sent, when the next may have opened
    its own.
    """
    if iscoroutinefunction(get_response):
        free = asyncio.Semaphore(POOL_SIZE)

        async def middleware(request):
            async with free:
                try:
                    return await get_response(request)
                finally:
                    await sync_to_async(connections.close_all)()
    else:
        free = threading.Semaphore(POOL_SIZE)

        def middleware(request):
            with free:
                try:
                    return get_response(request)
                finally:
                    connections.close_all()

    return middleware
