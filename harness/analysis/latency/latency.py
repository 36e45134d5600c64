"""Latency windows -> percentiles of each cell: histograms are merged over blocks, percentiles never averaged."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean
from typing import Final

from harness.analysis.inference.leagues import league_of
from harness.analysis.latency.percentiles import SHARES, Times, bounds_of, takes, time_within, times_of
from harness.analysis.trials.bound import GENERATOR_BOUND, of_generator
from harness.analysis.trials.gates import FATAL_MARKS
from harness.analysis.trials.gather import merged
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import CapacitySearch, LatencyRow, LatencyWindow, Percentile
from harness.model.measured.load import AWAY, SliceRecord
from harness.model.notice import Notice

MAX_OFF: Final = 0.20
"""By what share the load of a window may differ from what was asked: what was offered, over the mean of the capacities
right before and after it."""

NO_CAPACITY: Final = Notice(
    code="no-capacity",
    seen="nothing was answered right before it: there is no capacity to take a share of",
    mend="read the server's log; run harness verify for this cell",
)

NOT_YET: Final = "its turn did not come: each block measures response times in one scenario; more blocks would reach it"


def marks_of(record: SliceRecord, generator_cores: int) -> tuple[str, ...]:
    """The marks of an open slice; `generator-bound` among them where the generator may have been the limit."""
    busy = of_generator([record], generator_cores)
    return (*record.marks, GENERATOR_BOUND) if busy else record.marks


def why_discarded(window: LatencyWindow, marks: Iterable[str] = ()) -> Notice | None:
    """The cause for which a window is in no figure; None where it counts. `marks`: of its open slice.

    Only what says that the window measured something else is a cause. Errors, a backlog or long times never are.
    """
    load = load_of(window.offered_rate, window.capacity_before, window.capacity_after)
    if not 1 / (1 + MAX_OFF) <= load / window.share <= 1 + MAX_OFF:
        seen = (
            f"its load was {load:.0%} of what the configuration could do, {window.share:.0%} was asked: "
            f"{window.capacity_before:,.0f} requests/s right before it, {window.capacity_after:,.0f} right after"
        )
        return Notice(code="capacity-moved", seen=seen, mend="measure on a quieter machine, or with more blocks")
    for mark in sorted(FATAL_MARKS.intersection(marks)):
        return _marked(mark)
    return None


def p99_of(window: LatencyWindow) -> float | None:
    """The 99th percentile of its response times, seconds; None where so many requests were never rightly answered that
    it is no time. Of one window it may rest on few requests: only those of several blocks say how far to trust it."""
    return time_within(times_of(window.histogram), window.offered, 0.99)


def why_void(slices: Iterable[SliceRecord]) -> Notice | None:
    """The cause for which neither a window nor the capacities around it can be relied on: the generator was away."""
    marks = sorted(AWAY.intersection(mark for record in slices for mark in record.marks))
    return _marked(marks[0]) if marks else None


def _marked(mark: str) -> Notice:
    return Notice(code=mark, seen=f"it is marked {mark}", mend="see the log of the load process, and the server's")


def latency_rows(record: CampaignRecord, windows: Sequence[LatencyWindow]) -> dict[str, tuple[LatencyRow, ...]]:
    """For each scenario whose latency was asked for, a row for each cell in plan order; A/A twins have none.

    Windows of completed blocks count; while there is none, those of the last one begun.
    """
    blocks = blocks_that_count(record, windows)
    kept = [window for window in windows if window.block in blocks]
    return {
        scenario: tuple(
            _row(record, cell, scenario, [w for w in kept if (w.cell, w.scenario) == (cell.id, scenario)])
            for cell in cells_asked(record, scenario)
        )
        for scenario in scenarios_asked(record)
    }


def blocks_that_count(
    record: CampaignRecord, measured: Sequence[LatencyWindow] | Sequence[CapacitySearch]
) -> frozenset[int]:
    """The completed blocks; while there is none, the last one that anything was measured in."""
    return frozenset(record.completed_blocks or {max((one.block for one in measured), default=0)})


def scenarios_asked(record: CampaignRecord) -> Iterator[str]:
    """The scenarios of the plan whose latency was asked for, in the order they were, and those ranked by it."""
    planned = {scenario.id: scenario.rank.rate is not None for scenario in record.plan.scenarios}
    asked = [scenario for scenario in record.plan.latency if scenario in planned]
    return iter(dict.fromkeys([*asked, *(scenario for scenario, is_ranked in planned.items() if is_ranked)]))


def cells_asked(record: CampaignRecord, scenario: str) -> Iterator[Cell]:
    """The cells whose application answers the scenario, in plan order, without A/A twins."""
    for cell in record.plan.cells:
        if not cell.twin and cell.app in record.applications and not record.why_not(cell.app, cell.server, scenario):
            yield cell


def why_failed(record: CampaignRecord, cell: Cell, scenario: str) -> str:
    """Why the cell has no figure in the scenario, as far as it failed; empty where it did not."""
    failed = [f for f in record.failures if f.cell == cell.id and f.scenario in (None, scenario)]
    return f"{failed[0].phase}: {failed[0].reason}" if failed else ""


def _row(record: CampaignRecord, cell: Cell, scenario: str, windows: Sequence[LatencyWindow]) -> LatencyRow:
    application = record.applications[cell.app]
    kept = [window for window in windows if window.discarded is None]
    row = LatencyRow(
        cell=cell.id,
        app=cell.app,
        server=cell.server,
        tier=application.tier,
        league=league_of(application),
        level=next(s.rank.at for s in record.plan.scenarios if s.id == scenario),
        share=record.plan.latency_share,
        rate=next(s.rank.rate for s in record.plan.scenarios if s.id == scenario),
        windows=len(kept),
        discarded=len(windows) - len(kept),
        reason=why_failed(record, cell, scenario) or _why_empty(windows, kept, in_turn=record.plan.latency_in_turn),
    )
    return row if row.reason else row.model_copy(update=_figures(kept))


def _why_empty(windows: Sequence[LatencyWindow], kept: Sequence[LatencyWindow], *, in_turn: bool) -> str:
    if kept:
        return ""
    causes = Counter(window.discarded.code for window in windows if window.discarded)
    listed = ", ".join(f"{count} {cause}" for cause, count in sorted(causes.items()))
    if windows:
        return f"every window was discarded ({listed})"
    return NOT_YET if in_turn else "no window was measured"


def _figures(windows: Sequence[LatencyWindow]) -> dict[str, object]:
    offered = sum(window.offered for window in windows)
    completions, errors = sum(w.completions for w in windows), sum(sum(w.errors.values()) for w in windows)
    blocks = sorted({window.block for window in windows})
    loads = [load_of(window.offered_rate, window.capacity_before, window.capacity_after) for window in windows]
    return {
        "blocks": tuple(blocks),
        "capacity": fmean((window.capacity_before + window.capacity_after) / 2 for window in windows),
        "offered_rate": fmean(window.offered_rate for window in windows),
        "load_low": min(loads),
        "load_high": max(loads),
        "offered": offered,
        "achieved_share": completions / offered if offered else None,
        "error_share": errors / (errors + completions) if errors + completions else None,
        "mean_s": _mean(windows),
        "max_s": max((window.max_s for window in windows if window.max_s is not None), default=None),
        "percentiles": _percentiles(windows, "histogram"),
        "service": _percentiles(windows, "service_histogram"),
        **_lateness(windows),
        "histogram": merged(window.histogram for window in windows),
        "marks": dict(Counter(mark for window in windows for mark in window.marks)),
    }


def load_of(rate: float, before: float, after: float) -> float:
    """The rate over the mean of the capacities right before and after it."""
    return 2 * rate / (before + after)


def _lateness(windows: Sequence[LatencyWindow]) -> dict[str, float | None]:
    """How late the generator sent what was due, where it knows."""
    late = times_of(merged(window.lateness_histogram for window in windows))
    shares = {"lateness_p50_s": 0.5, "lateness_p99_s": 0.99}
    return {name: time_within(late, late.count, share) if late.count else None for name, share in shares.items()}


def _mean(windows: Sequence[LatencyWindow]) -> float | None:
    """Of all times alike: each window weighs as much as it has of them."""
    timed = [(window.mean_s, times_of(window.histogram).count) for window in windows if window.mean_s is not None]
    total = sum(count for _, count in timed)
    return sum(mean * count for mean, count in timed) / total if total else None


def _percentiles(windows: Sequence[LatencyWindow], histogram: str) -> tuple[Percentile, ...]:
    """Of all windows together, with an interval that holds what single blocks say by themselves."""
    blocks = [[w for w in windows if w.block == block] for block in sorted({w.block for w in windows})]
    whole, alone = together(windows, histogram), [together(block, histogram) for block in blocks]
    return tuple(_percentile(share, whole, alone) for share in SHARES)


def together(windows: Sequence[LatencyWindow], histogram: str) -> tuple[Times, int]:
    """All times of the windows, and how many requests were due in them."""
    return times_of(merged(getattr(w, histogram) for w in windows)), sum(w.offered for w in windows)


def _percentile(share: float, whole: tuple[Times, int], blocks: Sequence[tuple[Times, int]]) -> Percentile:
    times, due = whole
    if due < takes(share):
        reason = f"takes {takes(share):,} requests; {due:,} were due"
        return Percentile(share=share, reason=reason, takes=takes(share))
    seconds = time_within(times, due, share)
    if seconds is None:
        return Percentile(share=share, reason=f"{1 - times.count / due:.2%} were never answered rightly")
    alone = [time_within(t, n, share) for t, n in blocks if n >= takes(share)]
    known = [value for value in alone if value is not None]
    low, high = bounds_of(times, due, share)
    return Percentile(
        share=share, seconds=seconds, low=min([low, *known]), high=None if high is None else max([high, *known])
    )
