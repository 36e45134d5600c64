"""PostgreSQL's own statement counters (pg_stat_statements): what was asked of it, and of the contract's tables."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import psycopg
from psycopg import sql

from harness.model.errors import EnvironmentRefused
from harness.model.measured.audit import Counts
from harness.model.measured.database_work import Statement
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
_ABOUT_COUNTERS: Final = re.compile(r"\bpg_(?:stat_statements|extension)\b")
"""What reads the counters is counted itself."""


def counters_of(url: str, tables_url: str, *, ours: bool) -> tuple[Callable[[], Sequence[Statement]] | None, str]:
    """A function that reads the counters of the database at `url`, or why there is none.

    They are believed when they were seen to count a statement of ours, at `tables_url`. `ours`: whether the server is,
    so that its database may be changed.
    """

    def statements() -> list[Statement]:
        with connected(url) as connection:
            return by_text(connection.execute(_query(connection)).fetchall())

    try:
        if ours:
            with connected(url) as connection:
                connection.execute(sql.SQL("CREATE EXTENSION {}").format(sql.Identifier(LIBRARY)))
        before = sum_up(statements())
        with connected(tables_url) as connection:
            connection.execute(A_SEEDED_ROW).fetchone()
        counted = sum_up(statements()).since(before)
    except EnvironmentRefused as refused:
        return None, refused.what
    if counted.reads < 1:
        return None, f"{LIBRARY} did not count a statement of our own"
    return statements, ""


def _query(connection: psycopg.Connection[Any]) -> sql.Composed:
    """Of this role in this database: what others do is not the application's. The view may lie in any schema."""
    found = connection.execute(
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = %s",
        (LIBRARY,),
    ).fetchone()
    if found is None:
        raise EnvironmentRefused(f"its database has no extension {LIBRARY}")
    return sql.SQL(
        "SELECT query, calls, rows, total_exec_time FROM {} "
        "WHERE userid = (SELECT oid FROM pg_roles WHERE rolname = current_user) "
        "AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
    ).format(sql.Identifier(found[0], LIBRARY))


def by_text(rows: Iterable[tuple[str | None, int, int, float]]) -> list[Statement]:
    """(text, calls, rows, milliseconds) as the view has them, in any number for one text: one a schema, one a role's
    setting. What reads the counters is left out."""
    found: dict[str, Statement] = {}
    for text, calls, gave, milliseconds in rows:
        query = _COMMENT.sub(" ", text or "").strip()
        if _ABOUT_COUNTERS.search(query):
            continue
        before = found.get(query, Statement(text=query, calls=0, rows=0, seconds=0.0))
        found[query] = Statement(
            text=query,
            calls=before.calls + calls,
            rows=before.rows + gave,
            seconds=before.seconds + milliseconds / 1e3,
        )
    return list(found.values())


def sum_up(statements: Iterable[Statement]) -> Counts:
    """Statements as counts of those that concern the contract's tables.

    A cursor's rows are counted at its FETCH, whose text names no table.
    """
    reads = rows_read = rows_written = 0
    for one in statements:
        if not _TABLE.search(one.text):
            rows_read += one.rows if _FETCHES.match(one.text) else 0
        elif _WRITES.search(one.text):
            rows_written += one.rows
        elif _READS.search(one.text):
            reads += one.calls
            rows_read += one.rows
    return Counts(reads, rows_read, rows_written)
