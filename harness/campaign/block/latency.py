"""Latency at a fixed offered rate: after the rotations, one cell at a time, between two looks at its capacity."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import ceil, sqrt
from typing import Final

from harness.analysis.latency.latency import NO_CAPACITY, marks_of, p99_of, why_discarded, why_void
from harness.analysis.latency.percentiles import takes
from harness.campaign.block.bench import Bench
from harness.campaign.block.capacity_search import search
from harness.campaign.block.open_slices import BURN_IN_S, CAPACITY_S, capacity_slice, driven, open_slice, settling_slice
from harness.campaign.block.state import Block
from harness.catalog.scenarios import Scenario
from harness.model.measured.campaign import Plan
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.load import SliceRecord

MOST_WINDOWS: Final = 2
"""Of a cell in a block: one that is discarded is measured once more, by its cause and never by its times. More would
cost a block of throughput where the machine is slow (docs/decisions/latency-in-turn.md)."""

LONGEST: Final = 3
"""So many times the plan's length, a window of a slow cell may last."""


def measure_latency(
    bench: Bench, block: Block, scenario: Scenario, *, usual: Mapping[str, float], dice: random.Random
) -> Iterator[None]:
    """Windows of each living cell in random order, and with `p99_s` in the plan the search for the highest rate under
    it. `usual`: what a cell did in the block so far, requests per second. Yields after each window and each probe;
    nothing where the plan asks for no latency of the scenario."""
    if scenario.id not in block.timed:
        return
    cells = [cell.id for cell in block.living(scenario) if not cell.twin]
    for cell in dice.sample(cells, len(cells)):
        capacity = usual.get(cell)
        for window in _windows(bench, block, scenario, cell, rate=capacity):
            bench.folder.append_windows([window])
            capacity = window.capacity_after
            yield
        if bench.plan.p99_s is not None and capacity:
            yield from search(bench, block, scenario, cell, ceiling=capacity)


def measure_p99(
    bench: Bench, block: Block, scenario: Scenario, *, usual: Mapping[str, float], dice: random.Random
) -> Iterator[None]:
    """Where the scenario is ranked by response times: a window of each living cell at the rate that is the same for all
    of them, A/A twins among them, in random order. One that is discarded is measured once more. Yields after each."""
    rate = scenario.manifest.rank.rate
    cells = [cell.id for cell in block.living(scenario)] if rate is not None else []
    for cell in dice.sample(cells, len(cells)):
        for _ in range(MOST_WINDOWS):
            if bench.interrupt.asked or cell not in block.live or rate is None:
                return
            with bench.phases.timed("latency"):
                window = _window_at(bench, block, scenario, cell, rate=rate, usual=usual.get(cell))
            bench.folder.append_windows([window])
            yield
            if window.discarded is None:
                p99_s = p99_of(window)
                block.p99_s |= {} if p99_s is None else {(cell, scenario.id): p99_s}
                break


def _window_at(
    bench: Bench, block: Block, scenario: Scenario, cell: str, *, rate: float, usual: float | None
) -> LatencyWindow:
    """A window at a rate that is given. The closed slice before it leaves nothing waiting in the server, and says
    about what share of its capacity the rate is."""
    plan, manifest = bench.plan, scenario.manifest
    (before,) = driven(bench, block, [settling_slice(plan, cell, manifest, usual)])
    capacity = usual or before.rate or rate
    counted_s = LONGEST * plan.shape.window_s
    (record,) = driven(
        bench, block, [open_slice(plan, cell, manifest, rate=rate, counted_s=counted_s, capacity=max(rate, capacity))]
    )
    window = LatencyWindow(
        cell=cell,
        block=block.number,
        scenario=scenario.id,
        level=record.level,
        share=rate / capacity,
        capacity_before=capacity,
        capacity_after=capacity,
        offered_rate=rate,
        started_at=record.started_at,
    )
    found = filled(window, record, capacity, plan.generator_cores)
    void = why_void((record,))
    return found.model_copy(update={"discarded": void}) if void else found


def rates_of(slices: Sequence[SliceRecord]) -> dict[str, float]:
    """What each cell did in these slices, requests per second, by its id; without a void one."""
    completions, seconds = Counter[str](), defaultdict[str, float](float)
    for record in slices:
        if record.counted and not record.is_void:
            completions[record.target] += record.completions
            seconds[record.target] += record.duration_s
    return {cell: completions[cell] / lasted_s for cell, lasted_s in seconds.items() if lasted_s > 0}


def timed_in(bench: Bench, block: Block) -> tuple[str, ...]:
    """The scenarios whose latency is measured in the block. Where they take turns, the one of which its cells have had
    windows that count in the fewest blocks; one that asks a database goes first."""
    shares = [id_ for id_ in bench.plan.latency if bench.scenarios[id_].manifest.rank.rate is None]
    if not bench.plan.latency_in_turn:
        return tuple(shares)
    cells = {cell.id for cell in block.living()}
    windows, _ = bench.folder.read_windows()
    had = {(one.scenario, one.cell, one.block) for one in windows if one.cell in cells and one.discarded is None}
    counted = Counter(scenario for scenario, _, _ in had)
    waiting = [bench.scenarios[id_] for id_ in shares if block.living(bench.scenarios[id_])]
    waiting.sort(key=lambda scenario: (counted[scenario.id], "database" not in scenario.manifest.needs))
    return tuple(scenario.id for scenario in waiting[:1])


def expected_s(plan: Plan, cells: int) -> float:
    """Seconds that the latency of one scenario is taken to cost in a block; of searches nothing is known beforehand."""
    return cells * (plan.shape.window_s + BURN_IN_S + 2 * CAPACITY_S)


def _windows(
    bench: Bench, block: Block, scenario: Scenario, cell: str, *, rate: float | None
) -> Iterator[LatencyWindow]:
    """The cell's windows until they are enough: what came after one comes before the next. `rate`: what the cell did in
    the block's rotations, requests per second."""
    plan, windows = bench.plan, list[LatencyWindow]()
    before: SliceRecord | None = None
    while (missing := still_missing(windows, plan)) > 0:
        if bench.interrupt.asked or cell not in block.live:
            return
        with bench.phases.timed("latency"):
            if before is None:
                (before,) = driven(bench, block, [capacity_slice(plan, cell, scenario.manifest, rate)])
            rate = between(rate, before.rate)
            found, before = _window(bench, block, scenario, before, capacity=rate, missing=missing)
        windows.append(found.model_copy(update={"repeat": bool(windows) and windows[-1].discarded is not None}))
        yield windows[-1]
        if found.discarded:  # what it did before is no guide any more
            rate = None


def still_missing(windows: Sequence[LatencyWindow], plan: Plan) -> int:
    """How many requests the next window of a cell is to hold; 0 for no window.

    Where scenarios take turns, windows follow until they hold what a p99 takes, if those that are left can bring it.
    Else one that counts is enough, since the next block has another: two of them are to hold that much.
    """
    counted = [window for window in windows if window.discarded is None]
    left = MOST_WINDOWS - len(windows)
    if left <= 0:
        return 0
    if not plan.latency_in_turn:
        return 0 if counted else ceil(takes(0.99) / 2)
    missing = takes(0.99) - sum(window.offered for window in counted)
    within_reach = not counted or missing <= left * LONGEST * plan.shape.window_s * counted[-1].offered_rate
    return max(0, missing) if within_reach else 0


def between(usual: float | None, seen: float) -> float:
    """What a cell is taken to do while a window lasts, requests per second: the geometric mean of what it did before
    and of what one look shows. By the look alone twice as many windows miss their load
    (docs/decisions/latency-in-turn.md)."""
    return sqrt(usual * seen) if usual else seen


def _window(
    bench: Bench, block: Block, scenario: Scenario, before: SliceRecord, *, capacity: float, missing: int
) -> tuple[LatencyWindow, SliceRecord]:
    """The window that follows the closed slice `before`, and the closed slice after it."""
    plan, manifest = bench.plan, scenario.manifest
    look = capacity_slice(plan, before.target, manifest, capacity)
    window = LatencyWindow(
        cell=before.target,
        block=block.number,
        scenario=scenario.id,
        level=before.level,
        share=plan.latency_share,
        capacity_before=before.rate,
        capacity_after=0.0,
        offered_rate=plan.latency_share * capacity,
        started_at=before.started_at,
    )
    if not before.rate:
        (after,) = driven(bench, block, [look])
        return window.model_copy(update={"offered_rate": 0.0, "discarded": NO_CAPACITY}), after
    rate = window.offered_rate
    counted_s = window_length_s(plan.shape.window_s, rate, missing)
    paced = open_slice(plan, window.cell, manifest, rate=rate, counted_s=counted_s, capacity=capacity)
    record, after = driven(bench, block, [paced, look])
    found = filled(window, record, after.rate, bench.plan.generator_cores)
    void = why_void((before, record, after))
    return (found.model_copy(update={"discarded": void}) if void else found), after


def window_length_s(shortest_s: float, rate: float, missing: int) -> float:
    """How long a window counts: until it has the requests that are missing, within bounds."""
    return min(LONGEST * shortest_s, max(shortest_s, missing / rate))


def filled(window: LatencyWindow, record: SliceRecord, capacity_after: float, generator_cores: int) -> LatencyWindow:
    """The window with what its open slice showed, and whether it counts."""
    found = window.model_copy(
        update={
            "capacity_after": capacity_after,
            "started_at": record.started_at,
            "duration_s": record.duration_s,
            "offered": record.offered or 0,
            "completions": record.completions,
            "errors": record.errors,
            "backlog": record.backlog or 0,
            "histogram": record.histogram,
            "service_histogram": record.service_histogram,
            "lateness_histogram": record.lateness_histogram,
            "mean_s": record.latency_mean_s,
            "max_s": record.latency_max_s,
            "marks": marks_of(record, generator_cores),
        }
    )
    return found.model_copy(update={"discarded": why_discarded(found, record.marks)})
