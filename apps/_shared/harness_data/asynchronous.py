"""Data access for event loops (ASGI). Connections open at the first query, in the loop that uses them.

SQLite has no asynchronous interface: its queries are the synchronous module's, run in POOL_SIZE threads.
"""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TypeVar

from cachetools import LRUCache
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from harness_data import (
    ON_SQLITE,
    POOL_SIZE,
    SELECT_FORTUNES,
    SELECT_WORLD,
    SELECT_WORLDS,
    UPDATE_WORLD,
    WORLD_ROWS,
    Fortune,
    World,
    as_update,
    as_world,
    different_ids,
    postgresql_options,
    random_id,
    renumbered,
    sync,
    with_the_added_one,
)

T = TypeVar("T")
_threads = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="sqlite")
_cache: LRUCache[int, World] = LRUCache(maxsize=WORLD_ROWS)
_filling = asyncio.Lock()


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


@on_sqlite(sync.world)
async def world(row: int) -> World | None:
    """This row of `world`; None where there is none."""
    async with (await _pool()).connection() as database:
        found = await (await database.execute(SELECT_WORLD, (row,))).fetchone()
    return as_world(found) if found else None


@on_sqlite(sync.random_worlds)
async def random_worlds(n: int) -> list[World]:
    """`n` random rows of `world`, a statement each."""
    async with (await _pool()).connection() as database:
        return await _rows(database, [random_id() for _ in range(n)])


@on_sqlite(sync.updated_worlds)
async def updated_worlds(n: int) -> list[World]:
    """`n` different random rows of `world`, read by a statement each, renumbered, written back in one batch."""
    async with (await _pool()).connection() as database:
        worlds = renumbered(await _rows(database, different_ids(n)))
        async with database.transaction(), database.cursor() as cursor:
            await cursor.executemany(UPDATE_WORLD, as_update(worlds))
    return worlds


async def cached_worlds(n: int) -> list[World]:
    """`n` random rows of `world` from the cache; only what fills it is waited for."""
    if not _cache:
        await _fill()
    return [_cache[random_id()] for _ in range(n)]


@on_sqlite(sync.fortunes)
async def fortunes() -> list[Fortune]:
    """All rows of `fortune` and the added one, sorted by message."""
    async with (await _pool()).connection() as database:
        cursor = await database.execute(SELECT_FORTUNES)
        return with_the_added_one(await cursor.fetchall())


@on_sqlite(sync.all_worlds)
async def all_worlds() -> list[World]:
    """Every row of `world`, to fill a cache with."""
    async with (await _pool()).connection() as database:
        cursor = await database.execute(SELECT_WORLDS)
        return [as_world(row) for row in await cursor.fetchall()]


async def _rows(database: AsyncConnection, ids: list[int]) -> list[World]:
    worlds = []
    async with database.cursor() as cursor:
        for row in ids:
            await cursor.execute(SELECT_WORLD, (row,))
            worlds.append(as_world(await cursor.fetchone()))
    return worlds


async def _fill() -> None:
    """Once, however many first requests ask for it at the same time."""
    async with _filling:
        if not _cache:
            _cache.update((world["id"], world) for world in await all_worlds())


@cache
def _closed_pool() -> AsyncConnectionPool:
    return AsyncConnectionPool(**postgresql_options())


async def _pool() -> AsyncConnectionPool:
    pool = _closed_pool()
    if pool.closed:
        await pool.open()
    return pool
