"""What answers demand of the database: statements, rows read and rows written, at least. Pure."""

from typing import Final

from harness.model.asked.counting import Audit
from harness.model.asked.dataset import WORLD_ROWS
from harness.model.measured.audit import Counts

TOLERATED: Final = 0.001
"""Of what is demanded: an ORM does not write a number that has not changed (1 in 10,000), and what a session did last
may be lost where it was cut off."""

SPARE: Final = 16
"""Rows and statements beyond that: by how much chance may repeat rows within a few answers."""


def demanded_of(audit: Audit, n: int | None, answers: int) -> Counts:
    """What `answers` right answers, each with `n` rows where that is asked for, demand of the table they read.

    Each row that is written is found by the statement that writes it, which counts as a row read once more.
    """
    reads, writes = (answers * _rows(wanted, n) for wanted in (audit.reads, audit.writes))
    return Counts(round(reads), round(reads * audit.rows + writes), round(writes))


def _rows(wanted: int | str, n: int | None) -> float:
    return wanted if isinstance(wanted, int) else different(n or 1)


def different(n: int) -> float:
    """Different rows to be expected among `n` uniform draws of the table: one drawn twice need be read only once."""
    return WORLD_ROWS * (1 - (1 - 1 / WORLD_ROWS) ** n)


def falls_short(counted: Counts, demanded: Counts) -> bool:
    """Whether the database counted less than is demanded, beyond what is tolerated."""
    return any(seen < due * (1 - TOLERATED) - SPARE for seen, due in zip(counted, demanded, strict=True))
