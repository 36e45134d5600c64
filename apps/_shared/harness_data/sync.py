"""Data access for threads (WSGI). Connections open at the first query, so after every fork of the server."""

import atexit
import queue
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from threading import Lock

from psycopg import Connection
from psycopg_pool import ConnectionPool

from harness_data import (
    DATABASE_URL,
    ON_SQLITE,
    POOL_SIZE,
    SELECT_WORLD,
    World,
    as_world,
    postgresql_options,
    random_id,
)

_opening = Lock()


def random_world() -> World:
    """One random row of `world`."""
    with connection() as database:
        return as_world(database.execute(SELECT_WORLD, (random_id(),)).fetchone())


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
            taken = taken or sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)
            yield taken
        finally:
            self._free.put(taken)
