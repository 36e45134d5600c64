"""Latency windows that can be read, and a notice for each that cannot."""

import zlib
from typing import Final

from hdrh.codec import HdrCookieException, HdrLengthException
from hdrh.histogram import HdrHistogram

from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow
from harness.model.notice import Notice
from harness.store.folder import ResultsFolder

UNREADABLE: Final = (ValueError, IndexError, zlib.error, HdrCookieException, HdrLengthException)
"""What hdrh raises for a histogram that is none."""


def usable_windows(
    record: CampaignRecord, folder: ResultsFolder
) -> tuple[tuple[LatencyWindow, ...], tuple[Notice, ...]]:
    """The windows that belong to the plan and whose histograms can be read; the others are reported."""
    windows, notices = folder.read_windows()
    faults = [(window, _fault(record, window)) for window in windows]
    used = tuple(window for window, fault in faults if not fault)
    return used, (*notices, *(_unusable(window, fault) for window, fault in faults if fault))


def _fault(record: CampaignRecord, window: LatencyWindow) -> str:
    if window.cell not in {cell.id for cell in record.plan.cells}:
        return "its cell is not in the plan"
    if window.scenario not in record.plan.latency:
        return "its scenario is not among those asked for"
    readable = all(_readable(histogram) for histogram in (window.histogram, window.service_histogram))
    return "" if readable else "its histogram cannot be read"


def _readable(histogram: str | None) -> bool:
    if histogram is None:
        return True
    try:
        HdrHistogram.decode(histogram)
    except UNREADABLE:
        return False
    return True


def _unusable(window: LatencyWindow, fault: str) -> Notice:
    return Notice(
        code="unusable-window",
        seen=f"a latency window of cell {window.cell}, block {window.block}, scenario {window.scenario} was left out: "
        f"{fault}",
        mend="the results folder was changed after it was written; restore it from a copy",
    )
