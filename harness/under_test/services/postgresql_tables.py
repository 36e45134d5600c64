"""PostgreSQL's own counters of each table: scans, rows fetched, rows written."""

from collections.abc import Mapping
from typing import Any, Final, LiteralString

import psycopg

from harness.model.measured.audit import NOTHING, Counts

_COLUMNS: Final[LiteralString] = (
    "SELECT relname, seq_scan + coalesce(idx_scan, 0), seq_tup_read + coalesce(idx_tup_fetch, 0), n_tup_ins + n_tup_upd"
)
_SO_FAR: Final[LiteralString] = _COLUMNS + " FROM pg_stat_user_tables WHERE schemaname = %s"
_IN_THIS_TRANSACTION: Final[LiteralString] = _COLUMNS + " FROM pg_stat_xact_user_tables WHERE schemaname = %s"


def table_counts(connection: psycopg.Connection[Any], schema: str) -> Mapping[str, Counts]:
    """By table: what all sessions did that have reported it, which each does at its end at the latest."""
    return {table: Counts(*counts) for table, *counts in connection.execute(_SO_FAR, (schema,))}


def counts_of_this_transaction(connection: psycopg.Connection[Any], schema: str) -> Mapping[str, Counts]:
    """By table: what the transaction in hand did, which its session will report with the rest."""
    return {table: Counts(*counts) for table, *counts in connection.execute(_IN_THIS_TRANSACTION, (schema,))}


def added(one: Mapping[str, Counts], other: Mapping[str, Counts]) -> Mapping[str, Counts]:
    """Both together, by table."""
    return {table: one.get(table, NOTHING).plus(other.get(table, NOTHING)) for table in one.keys() | other.keys()}


def without(one: Mapping[str, Counts], other: Mapping[str, Counts]) -> Mapping[str, Counts]:
    """The one less the other, by table of the one."""
    return {table: counts.since(other.get(table, NOTHING)) for table, counts in one.items()}


def why_uncounted(connection: psycopg.Connection[Any]) -> str:
    """Why the counters say nothing; empty where they count."""
    row = connection.execute("SELECT current_setting('track_counts')").fetchone()
    return "" if row == ("on",) else "its setting track_counts is off"
