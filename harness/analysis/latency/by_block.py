"""A percentile of response times as each block shows it by itself."""

from collections.abc import Sequence
from typing import NamedTuple

from harness.analysis.latency.latency import blocks_that_count, together
from harness.analysis.latency.percentiles import takes, time_within
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow


class BlockPercentile(NamedTuple):
    """Of one cell in one block. `seconds`: None where too few requests were due, or where so many of them were never
    answered rightly that it is no time (`unanswered`)."""

    seconds: float | None
    due: int
    unanswered: bool = False


def percentile_by_block(
    record: CampaignRecord, windows: Sequence[LatencyWindow], scenario: str, cell: str, share: float
) -> dict[int, BlockPercentile]:
    """By block number, of the blocks that count in which the cell has a window that was not discarded."""
    counting = blocks_that_count(record, windows)
    of_block: dict[int, list[LatencyWindow]] = {}
    for window in windows:
        if (window.scenario, window.cell) == (scenario, cell) and window.discarded is None and window.block in counting:
            of_block.setdefault(window.block, []).append(window)
    return {block: _percentile(kept, share) for block, kept in of_block.items()}


def _percentile(windows: Sequence[LatencyWindow], share: float) -> BlockPercentile:
    times, due = together(windows, "histogram")
    if due < takes(share):
        return BlockPercentile(None, due)
    seconds = time_within(times, due, share)
    return BlockPercentile(seconds, due, unanswered=seconds is None)
