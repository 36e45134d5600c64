"""Data access of the controlled tier: one module for threads (`sync`), one for event loops (`asynchronous`).

Both use the same driver family, the same statements, prepared, in autocommit, and the same number of connections, so
that what differs between two applications is the framework. Their functions return what the contract's JSON holds:

- `random_world()`: one random row of `world`
- `random_worlds(n)`: n random rows, each read by a statement of its own, one after the other on one connection
- `updated_worlds(n)`: n random rows, read so, each given a new number, written back in one batch
- `cached_worlds(n)`: n random rows from a cache that holds the whole table, filled before its first use
- `fortunes()`: all rows of `fortune` and the added one, sorted by message
"""

import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

World = dict[str, int]


class Fortune(NamedTuple):
    """A row of `fortune`."""

    id: int
    message: str


TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
"""The folder of `fortunes.html`, which Jinja2 and Django's engine render alike. It takes `fortunes`."""

DATABASE_URL = os.environ.get("DATABASE_URL", "")
POOL_SIZE = int(os.environ.get("HARNESS_POOL_SIZE", "1"))
"""Connections this worker process may open."""

ON_SQLITE = DATABASE_URL.startswith("sqlite:")
_PARAMETER = "?" if ON_SQLITE else "%s"

SELECT_WORLD = f"SELECT id, randomnumber FROM world WHERE id = {_PARAMETER}"  # noqa: S608 - a placeholder, not a value
UPDATE_WORLD = f"UPDATE world SET randomnumber = {_PARAMETER} WHERE id = {_PARAMETER}"  # noqa: S608 - the same
SELECT_WORLDS = "SELECT id, randomnumber FROM world"
SELECT_FORTUNES = "SELECT id, message FROM fortune"

WORLD_ROWS = 10_000
MOST_ROWS = 500
ADDED_FORTUNE = Fortune(0, "Additional fortune added at request time.")


def row_count(text: str | None) -> int:
    """The rows that a `queries` or `count` parameter asks for: 1 where it is no whole number, always 1 to 500."""
    try:
        return min(max(int(text or ""), 1), MOST_ROWS)
    except ValueError:
        return 1


def random_id() -> int:
    """Uniform over the ids of `world`, 1..10000. `random()` is several times faster than `randint`."""
    return int(random.random() * WORLD_ROWS) + 1


random_number = random_id
"""Uniform over the numbers that a row may hold, which are 1..10000 as well."""


def different_ids(n: int) -> list[int]:
    """`n` different random ids of `world`, in order: writers that take rows in one order never wait in a circle."""
    return sorted(random.sample(range(1, WORLD_ROWS + 1), n))


def as_world(row: tuple[int, int]) -> World:
    """A row of `world` as the contract's JSON object."""
    return {"id": row[0], "randomNumber": row[1]}


def renumbered(worlds: Iterable[World]) -> list[World]:
    """The same rows, each with a new random number."""
    return [{"id": world["id"], "randomNumber": random_number()} for world in worlds]


def as_update(worlds: Iterable[World]) -> list[tuple[int, int]]:
    """The parameters of UPDATE_WORLD for each row."""
    return [(world["randomNumber"], world["id"]) for world in worlds]


def with_the_added_one(rows: Iterable[tuple[int, str]]) -> list[Fortune]:
    """The fortunes of a page: the stored ones and ADDED_FORTUNE, sorted by message, by code point."""
    fortunes = [Fortune(*row) for row in rows]
    fortunes.append(ADDED_FORTUNE)
    fortunes.sort(key=lambda fortune: fortune.message)
    return fortunes


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
