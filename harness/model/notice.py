"""Warnings and failures are values: a code, what was seen, what to do."""

from pydantic import field_validator

from harness.model.foreign import redacted
from harness.model.record import Record, Slug


class Notice(Record):
    """Something a reader of the result must know; it stops nothing."""

    code: Slug
    seen: str
    mend: str = ""


class Failure(Record):
    """Why a cell has no figure: the phase it failed in, the reason, and the end of its log.

    `scenario`: the one it failed in; None when it has no figure in any. No password of a URL gets into it.
    """

    cell: str
    phase: Slug
    reason: str
    log_tail: str = ""
    scenario: Slug | None = None

    @field_validator("reason", "log_tail")
    @classmethod
    def _without_passwords(cls, text: str) -> str:
        return redacted(text)
