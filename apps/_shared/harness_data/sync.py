"""Data access for threads (WSGI). Connections open at the first query, so after every fork of the server."""

import atexit
import queue
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from threading import Lock

from cachetools import LRUCache
from psycopg import Connection
from psycopg_pool import ConnectionPool

from harness_data import (
    DATABASE_URL,
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
    with_the_added_one,
)

_opening = Lock()
_caching = Lock()


def random_world() -> World:
    """One random row of `world`."""
    with connection() as database:
        return as_world(database.execute(SELECT_WORLD, (random_id(),)).fetchone())


def world(row: int) -> World | None:
    """This row of `world`; None where there is none."""
    with connection() as database:
        found = database.execute(SELECT_WORLD, (row,)).fetchone()
    return as_world(found) if found else None


def random_worlds(n: int) -> list[World]:
    """`n` random rows of `world`, a statement each."""
    with connection() as database:
        return _rows(database, [random_id() for _ in range(n)])


def updated_worlds(n: int) -> list[World]:
    """`n` different random rows of `world`, read by a statement each, renumbered, written back in one batch."""
    with connection() as database:
        worlds = renumbered(_rows(database, different_ids(n)))
        with _transaction(database):
            database.cursor().executemany(UPDATE_WORLD, as_update(worlds))
    return worlds


def cached_worlds(n: int) -> list[World]:
    """`n` random rows of `world` from the cache."""
    with _caching:  # cachetools leaves it to its users that one thread at a time reads or fills a cache
        worlds = _cached()
        return [worlds[random_id()] for _ in range(n)]


def fortunes() -> list[Fortune]:
    """All rows of `fortune` and the added one, sorted by message."""
    with connection() as database:
        return with_the_added_one(database.execute(SELECT_FORTUNES).fetchall())


def all_worlds() -> list[World]:
    """Every row of `world`, to fill a cache with."""
    with connection() as database:
        return [as_world(row) for row in database.execute(SELECT_WORLDS).fetchall()]


def _rows(database: Connection | sqlite3.Connection, ids: list[int]) -> list[World]:
    cursor = database.cursor()
    return [as_world(cursor.execute(SELECT_WORLD, (row,)).fetchone()) for row in ids]


@contextmanager
def _transaction(database: Connection | sqlite3.Connection) -> Iterator[None]:
    """Every statement of the with-block or none. A writer to SQLite waits here for its turn, before it has a lock."""
    if isinstance(database, Connection):
        with database.transaction():
            yield
        return
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


@cache
def _cached() -> LRUCache[int, World]:
    worlds: LRUCache[int, World] = LRUCache(maxsize=WORLD_ROWS)
    worlds.update((world["id"], world) for world in all_worlds())
    return worlds


def connection() -> AbstractContextManager[Connection | sqlite3.Connection]:
    """A connection for the length of a `with`; waits while all POOL_SIZE are in use."""
    with _opening:  # `cache` alone would let two first requests open two pools
        pool = _pool()
    return pool.connection()


@cache
def _pool() -> "ConnectionPool | SqlitePool":
    if ON_SQLITE:
        return SqlitePool("/" + DATABASE_URL.removeprefix("sqlite:").lstrip("/"))
    pool = ConnectionPool(**postgresql_options())
    pool.open()
    atexit.register(pool.close)
    return pool


class SqlitePool:
    """POOL_SIZE connections to a file, each opened when first needed and used by one thread at a time."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._free: queue.LifoQueue[sqlite3.Connection | None] = queue.LifoQueue()
        for _ in range(POOL_SIZE):
            self._free.put(None)

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        taken = self._free.get()
        try:
            taken = taken or self._opened()
            yield taken
        finally:
            self._free.put(taken)

    def _opened(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
        database.execute(
            "PRAGMA synchronous = OFF"
        )  # as PostgreSQL is set up: no figure is that of a disk that flushes
        return database
