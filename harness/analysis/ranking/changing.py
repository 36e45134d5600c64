"""Servers that change while they are measured: they slow down, leak memory, or restart their workers."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from statistics import median  # of a few numbers: numpy's takes ten times as long
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.analysis.trials.continuous import MAX_CHANGE
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.stats.arrays import Floats
from harness.stats.distributions import t_reach
from harness.stats.halves import halves, trend

CONFIDENCE: Final = 0.99
"""Of the interval that must lie below -MAX_CHANGE as a whole."""

MIN_ROTATIONS: Final = 10
MIN_BLOCKS: Final = 6
"""For halves of a block, and of a campaign."""

LEAK_BYTES_A_REQUEST: Final = 100.0
"""100 MB in a million requests; less than the smallest object that Python could keep of each."""

LEAK_BYTES: Final = 2 * 2**20
"""Less than that, in all, is what allocators do."""

REOPENED_SHARE: Final = 0.01

SLOWS_DOWN: Final = "slows-down"
LEAKS: Final = "leaks"
RESTARTS: Final = "workers-restarted"
REOPENS: Final = "connections-reopened"
CODES: Final = (SLOWS_DOWN, LEAKS, RESTARTS, REOPENS)

Rates = Mapping[str, Mapping[int, float]]
"""Cell -> number of the rotation or the block -> log(requests per second)."""


def changing(inference: Inference) -> Iterator[Notice]:
    """A notice for each cell that changed, with figures."""
    blocks: dict[int, list[Trial]] = {}
    cells: dict[str, list[Trial]] = {}
    for (block, cell), trial in sorted(inference.counted.trials.items()):
        blocks.setdefault(block, []).append(trial)
        cells.setdefault(cell, []).append(trial)
    within = [_rates(trials) for trials in blocks.values()]
    between = {cell: inference.own_values(cell) for cell in cells}
    for cell, trials in cells.items():
        yield from _slower_within(cell, within)
        yield from _slower_between(cell, between)
        yield from _leaking(cell, trials)
        yield from _restarting(cell, trials)


def _rates(trials: Sequence[Trial]) -> Rates:
    return {
        trial.cell: {
            number: float(np.log(rate)) for number, rate in zip(trial.rotations, trial.rates, strict=True) if rate
        }
        for trial in trials
    }


def beside(cell: str, rates: Rates, least: int) -> tuple[Floats, Floats] | None:
    """The cell's values in order, and the median of what the others did at the same time; None where fewer than `least`
    are left."""
    own = rates.get(cell, {})
    others = [other for name, other in rates.items() if name != cell]
    shared = [(number, [other[number] for other in others if number in other]) for number in sorted(own)]
    kept = [(own[number], median(found)) for number, found in shared if found]
    if len(kept) < least:
        return None
    values, company = np.array(kept).T
    return values, company


def _slower_within(cell: str, blocks: Sequence[Rates]) -> Iterator[Notice]:
    """Second half of a block against its first. One or two blocks must each show it; of three or more, their mean."""
    pairs = [found for rates in blocks if (found := beside(cell, rates, MIN_ROTATIONS))]
    changes = [change for own, company in pairs if (change := halves(own, company, CONFIDENCE))]
    if not changes:
        return
    estimates = np.array([change.estimate for change in changes])
    high = max(change.high for change in changes)
    if len(changes) > 2:
        spread = estimates.std(ddof=1) / len(changes) ** 0.5
        high = float(estimates.mean() + t_reach(CONFIDENCE, len(changes) - 1) * spread)
    if high < np.log1p(-MAX_CHANGE):
        slower = -np.expm1(estimates.mean())
        seen = f"{cell} is {slower:.0%} slower in the second half of a block than in the first, beside the other cells"
        mend = "its figure depends on how long it runs: see its rotation trace, memory and log"
        yield Notice(code=SLOWS_DOWN, seen=seen, mend=mend)


def _slower_between(cell: str, values: Rates) -> Iterator[Notice]:
    """Later blocks against earlier ones. Every block starts the server afresh, so what grows is outside of it."""
    found = beside(cell, values, MIN_BLOCKS)
    change = trend(*found, CONFIDENCE) if found else None
    if change and change.high < np.log1p(-MAX_CHANGE):
        slower = -np.expm1(change.estimate)
        seen = f"{cell} is {slower:.0%} slower in the last block than in the first (trend beside the others)"
        yield Notice(code=SLOWS_DOWN, seen=seen, mend="see what it keeps from one start to the next: files, caches")


def _leaking(cell: str, trials: Sequence[Trial]) -> Iterator[Notice]:
    """Memory that grows with the requests in both halves of every block; a cache that fills does in the first."""
    steps = [step for trial in trials if trial.cost for step in pairwise(trial.cost.memory) if step[1][0] > step[0][0]]
    requests = sum(after[0] - before[0] for before, after in steps)
    grown = sum(after[1] - before[1] for before, after in steps)
    rates = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in steps]
    if len(steps) < 2 or grown < LEAK_BYTES or grown < LEAK_BYTES_A_REQUEST * requests:
        return
    if min(rates) >= LEAK_BYTES_A_REQUEST / 2:
        seen = (
            f"{cell} grows with its requests: {grown / 2**20:,.0f} MB in {requests:,} requests, about"
            f" {grown / requests * 1e6 / 2**20:,.0f} MB in a million, in each of {len(steps)} looks"
        )
        yield Notice(code=LEAKS, seen=seen, mend="see what it keeps of each request")


def _restarting(cell: str, trials: Sequence[Trial]) -> Iterator[Notice]:
    costs = [trial.cost for trial in trials if trial.cost]
    restarted = sum(cost.new_processes or 0 for cost in costs)
    reopened = sum(cost.reopened or 0 for cost in costs)
    requests = sum(trial.answered for trial in trials)
    figures = f"connections reopened {reopened:,} times in {requests:,} requests"
    if restarted:
        seen = f"{cell}: {figures}, workers restarted {restarted:,} times or more, while it was measured"
        yield Notice(code=RESTARTS, seen=seen, mend="its rate includes that: see its limit of requests per worker")
    elif reopened > REOPENED_SHARE * requests:
        yield Notice(code=REOPENS, seen=f"{cell}: {figures}", mend="see how long it keeps a connection open")
