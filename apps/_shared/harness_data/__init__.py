"""Data access of the controlled tier: one module for threads (`sync`), one for event loops (`asynchronous`).

Both use the same driver family, the same statements, prepared, in autocommit, and the same number of connections, so
that what differs between two applications is the framework. Their functions return what the contract's JSON holds.
"""

import os
import random

World = dict[str, int]

DATABASE_URL = os.environ.get("DATABASE_URL", "")
POOL_SIZE = int(os.environ.get("HARNESS_POOL_SIZE", "1"))
"""Connections this worker process may open."""

ON_SQLITE = DATABASE_URL.startswith("sqlite:")
_PARAMETER = "?" if ON_SQLITE else "%s"

SELECT_WORLD = f"SELECT id, randomnumber FROM world WHERE id = {_PARAMETER}"  # noqa: S608 - a placeholder, not a value


def random_id() -> int:
    """Uniform over the ids of `world`, 1..10000. `random()` is several times faster than `randint`."""
    return int(random.random() * 10_000) + 1


def as_world(row: tuple[int, int]) -> World:
    """A row of `world` as the contract's JSON object."""
    return {"id": row[0], "randomNumber": row[1]}


def postgresql_options() -> dict[str, object]:
    """Arguments both pools of psycopg are built from. Closed at first: it is opened in the worker that uses it."""
    if not DATABASE_URL.startswith(("postgresql://", "postgres://")):
        raise RuntimeError("DATABASE_URL must be postgresql://... or sqlite:///absolute/path")
    return {
        "conninfo": DATABASE_URL,
        "min_size": POOL_SIZE,
        "max_size": POOL_SIZE,
        "open": False,
        "kwargs": {"autocommit": True, "prepare_threshold": 0},
    }
