"""The same tables with the same rows on every database."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, LiteralString

import psycopg
from psycopg import sql

from harness.model.asked.dataset import fortunes, worlds
from harness.model.errors import EnvironmentRefused, TargetFailed

TABLES: Final[tuple[LiteralString, ...]] = (
    "CREATE TABLE world (id integer PRIMARY KEY, randomnumber integer NOT NULL)",
    "CREATE TABLE fortune (id integer PRIMARY KEY, message varchar(2048) NOT NULL)",
)
"""The contract's tables (docs/contract.md); the statements mean the same to PostgreSQL and SQLite."""

A_SEEDED_ROW: Final = "SELECT randomnumber FROM world WHERE id = 1"

NUMBERS: Final = "SELECT id, randomnumber FROM world"
LOCKED_S: Final = 2.0
"""How long rows may stay locked while nobody asks the application that writes them."""


def seed_postgresql(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make the schema, its tables and rows, or nothing. They are to be vacuumed afterwards."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        cursor.execute(sql.SQL("SET LOCAL search_path TO {}").format(sql.Identifier(schema)))
        for table in TABLES:
            cursor.execute(table)
        _copy(cursor, "COPY world (id, randomnumber) FROM STDIN", worlds())
        _copy(cursor, "COPY fortune (id, message) FROM STDIN", fortunes())


def vacuum_postgresql(connection: psycopg.Connection[Any], schema: str) -> None:
    """Give the space of dead rows back and refresh the planner's statistics."""
    for table in ("world", "fortune"):
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(schema, table)))


def restore_postgresql(connection: psycopg.Connection[Any], schema: str) -> None:
    """Give rows that were written their seeded numbers back, in the transaction in hand; waits for writers under way,
    not for readers. What it wrote is to be vacuumed afterwards.

    Raises TargetFailed where a writer does not end.
    """
    ids, numbers = zip(*worlds(), strict=True)
    table = sql.Identifier(schema, "world")
    statement = sql.SQL(
        "UPDATE {} AS world SET randomnumber = seeded.number FROM unnest(%s::int[], %s::int[]) AS seeded (id, number) "
        "WHERE world.id = seeded.id AND world.randomnumber <> seeded.number"
    ).format(table)
    try:
        connection.execute(f"SET LOCAL lock_timeout = '{LOCKED_S}s'")
        connection.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(table))
        connection.execute(statement, (list(ids), list(numbers)))
    except psycopg.errors.LockNotAvailable as fault:
        raise rows_stay_locked() from fault


def rows_stay_locked() -> TargetFailed:
    """The fault of an application that wrote and never committed."""
    return TargetFailed(
        f"rows of world stay locked {LOCKED_S:g} s after the last answer: a transaction was left open", phase="measure"
    )


def _copy(cursor: psycopg.Cursor[Any], statement: LiteralString, rows: Iterable[tuple[Any, ...]]) -> None:
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def seed_sqlite(path: Path) -> None:
    """Make the file with its tables and rows, in WAL mode (readers and the writer do not wait for each other)."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        for table in TABLES:
            connection.execute(table)
        connection.executemany("INSERT INTO world VALUES (?, ?)", worlds())
        connection.executemany("INSERT INTO fortune VALUES (?, ?)", fortunes())
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def check_seeded(row: tuple[Any, ...] | None) -> None:
    """Raise EnvironmentRefused unless `row` is what A_SEEDED_ROW finds in seeded data."""
    expected = worlds()[0].random_number
    if row is None or row[0] != expected:
        raise EnvironmentRefused(
            f"the database answers, but {A_SEEDED_ROW!r} found {row}, not {expected}",
            where="database",
            mend="see that nothing else writes to it",
        )
