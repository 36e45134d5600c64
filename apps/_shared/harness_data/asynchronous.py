"""Data access for event loops (ASGI). Connections open at the first query, in the loop that uses them.

SQLite has no asynchronous interface: its queries are the synchronous module's, run in POOL_SIZE threads.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TypeVar

from psycopg_pool import AsyncConnectionPool

from harness_data import ON_SQLITE, POOL_SIZE, SELECT_WORLD, World, as_world, postgresql_options, random_id, sync

T = TypeVar("T")
_threads = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="sqlite")


async def _in_a_thread(function: Callable[..., T], *arguments: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(_threads, function, *arguments)


def on_sqlite(
    blocking: Callable[..., T],
) -> Callable[[Callable[..., Awaitable[T]]], Callable[..., Awaitable[T]]]:
    """Take `blocking` in a thread instead of the decorated function where the database is SQLite."""
    return lambda function: partial(_in_a_thread, blocking) if ON_SQLITE else function


@on_sqlite(sync.random_world)
async def random_world() -> World:
    """One random row of `world`."""
    async with (await _pool()).connection() as database:
        cursor = await database.execute(SELECT_WORLD, (random_id(),))
        return as_world(await cursor.fetchone())


@cache
def _closed_pool() -> AsyncConnectionPool:
    return AsyncConnectionPool(**postgresql_options())


async def _pool() -> AsyncConnectionPool:
    pool = _closed_pool()
    if pool.closed:
        await pool.open()
    return pool
