"""PostgreSQL's own statement counters (pg_stat_statements): what was asked of the contract's tables."""

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

import psycopg
from psycopg import sql

from harness.model.errors import EnvironmentRefused
from harness.model.measured.audit import Counts
from harness.under_test.services.postgresql_schemas import connected
from harness.under_test.services.seeding import A_SEEDED_ROW

LIBRARY: Final = "pg_stat_statements"

_COMMENT: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
_TABLE: Final = re.compile(r"\b(world|fortune)\b", re.IGNORECASE)
_READS: Final = re.compile(r"\bselect\b", re.IGNORECASE)
_WRITES: Final = re.compile(
    r"\binsert\s+into\b|\bmerge\s+into\b|\bcopy\s+\S+[^;]*\bfrom\b|\bupdate\s+(only\s+)?\S+(\s+(as\s+)?\S+)?\s+set\b",
    re.IGNORECASE,
)
_FETCHES: Final = re.compile(r"\s*fetch\b", re.IGNORECASE)


def counters_of(url: str, tables_url: str, *, ours: bool) -> tuple[Callable[[], Counts] | None, str]:
    """A function that reads the counters of the database at `url`, or why there is none.

    They are believed when they were seen to count a statement of ours, at `tables_url`. `ours`: whether the server is,
    so that its database may be changed.
    """

    def count() -> Counts:
        with connected(url) as connection:
            return sum_up(connection.execute(_statement(connection)).fetchall())

    try:
        if ours:
            with connected(url) as connection:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(LIBRARY)))
        before = count()
        with connected(tables_url) as connection:
            connection.execute(A_SEEDED_ROW).fetchone()
        counted = count().since(before)
    except EnvironmentRefused as refused:
        return None, refused.what
    if counted.reads < 1:
        return None, f"{LIBRARY} did not count a statement of our own"
    return count, ""


def _statement(connection: psycopg.Connection[Any]) -> sql.Composed:
    """Of this role in this database: what others do is not the application's. The view may lie in any schema."""
    found = connection.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = %s",
        (LIBRARY,),
    ).fetchone()
    if found is None:
        raise EnvironmentRefused(f"its database has no extension {LIBRARY}")
    return sql.SQL(
        "SELECT query, calls, rows FROM {} WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = current_user) "
        "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).format(sql.Identifier(found[0], LIBRARY))


def sum_up(statements: Iterable[tuple[str | None, int, int]]) -> Counts:
    """(text, calls, rows) of each statement, as counts of those that concern the contract's tables.

    A cursor's rows are counted at its FETCH, whose text names no table.
    """
    reads = rows_read = rows_written = 0
    for text, calls, rows in statements:
        query = _COMMENT.sub(" ", text or "")
        if not _TABLE.search(query):
            rows_read += rows if _FETCHES.match(query) else 0
        elif _WRITES.search(query):
            rows_written += rows
        elif _READS.search(query):
            reads += calls
            rows_read += rows
    return Counts(reads, rows_read, rows_written)
