"""Warnings and failures are values: a code, what was seen, what to do."""

from harness.model.record import Record, Slug


class Notice(Record):
    """Something a reader of the result must know; it stops nothing."""

    code: Slug
    seen: str
    mend: str = ""


class Failure(Record):
    """Why a cell has no figure: the phase it failed in, the reason, and the end of its log.

    `scenario`: the one it failed in; None when it has no figure in any.
    """

    cell: str
    phase: Slug
    reason: str
    log_tail: str = ""
    scenario: Slug | None = None
