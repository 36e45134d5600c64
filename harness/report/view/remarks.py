"""Notices as they are shown."""

from dataclasses import dataclass

from harness.model.notice import Notice
from harness.report.text import shorten


@dataclass(frozen=True, slots=True)
class Remark:
    """What was seen and what to do about it, under its code."""

    code: str
    seen: str
    mend: str


def remark(notice: Notice) -> Remark:
    """The notice, short enough to be read."""
    return Remark(notice.code, shorten(notice.seen, 2000), shorten(notice.mend, 1000))
