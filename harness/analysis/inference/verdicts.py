"""Block values -> differences, simultaneous intervals, and the verdict of every pair, look by look."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from harness.analysis.trials.blocks import BlockValues
from harness.stats.arrays import Floats
from harness.stats.design import TwoWayFit, two_way_fit
from harness.stats.pairs import Verdict, guarded_half_widths, verdict
from harness.stats.spending import looks_until, simultaneous_confidence, usual_looks_until

ALPHA: Final = 0.05
"""Probability, over a whole campaign and all pairs of a scenario, of calling a pair different that is not."""

WIDEST: Final = float(np.log(1e6))
"""A half-width of log(rate) beyond this says nothing, and is not given: a block and a repeat within it may leave one
degree of freedom."""


class Pair(NamedTuple):
    """log(first / second), its simultaneous half-width (NaN: none can be given), and what was concluded, and when."""

    first: str
    second: str
    difference: float
    half_width: float
    verdict: Verdict = "unresolved"
    decided_at: int | None = None


@dataclass(frozen=True)
class Look:
    """Everything inferred from the blocks completed so far. `pairs` is keyed by (a, b) in the order of `cells`."""

    cells: tuple[str, ...]
    fit: TwoWayFit
    confidence: float
    pairs: Mapping[tuple[str, str], Pair]
    floor: float | None

    def log_rates(self) -> dict[str, float]:
        """log(requests per second) of each cell in the average block."""
        return dict(zip(self.cells, self.fit.estimates().tolist(), strict=True))


def judge(
    blocks: Sequence[BlockValues],
    completed: Sequence[int],
    delta: float,
    references: AbstractSet[str],
    *,
    usual_looks_only: bool = False,
) -> Look | None:
    """All usual looks up to the last completed block, and that block, in turn; a verdict once given stands.

    None where no look has been reached. `completed` are the numbers of the campaign's blocks in the order they were
    completed; those without a value here do not count as looks. `delta` is the difference that matters as a share of
    1, and `references` are the reference cell and its twins, whose difference is the noise floor. `usual_looks_only`
    leaves out the blocks after the last usual look.
    """
    cells = {cell for block in blocks for cell in block.cells}
    driven = {block.block for block in blocks}
    order = [number for number in completed if number in driven]
    times = usual_looks_until(len(order)) if usual_looks_only else looks_until(len(order))
    look: Look | None = None
    for time, confidence in zip(times, simultaneous_confidence(times, ALPHA, len(cells)), strict=True):
        so_far = frozenset(order[:time])
        seen = [block for block in blocks if block.block in so_far]
        look = _look(seen, time, confidence, delta=float(np.log1p(delta)), references=references, before=look)
    return look


def _look(
    blocks: Sequence[BlockValues],
    time: int,
    confidence: float,
    *,
    delta: float,
    references: AbstractSet[str],
    before: Look | None,
) -> Look:
    cells = tuple(sorted({cell for block in blocks for cell in block.cells}))
    fit = fit_of(blocks, cells)
    widths = guarded_half_widths(fit, confidence)
    widths = np.where(widths > WIDEST, np.nan, widths)
    floor = noise_floor(cells, fit.cells, widths, references)
    effects, half_widths = fit.cells.tolist(), widths.tolist()  # plain numbers: a look at forty cells has 780 pairs
    pairs = {}
    for one, other in combinations(range(len(cells)), 2):
        key = (cells[one], cells[other])
        difference, half_width = effects[one] - effects[other], half_widths[one][other]
        within = 0.0 if key[0] in references and key[1] in references else (floor or 0.0)
        said = verdict(difference, half_width, delta=delta, floor=within)
        earlier = before.pairs.get(key) if before else None
        pairs[key] = _standing(key, difference, half_width, said=said, time=time, earlier=earlier)
    return Look(cells, fit, confidence, pairs, floor)


def _standing(
    cells: tuple[str, str], difference: float, half_width: float, *, said: Verdict, time: int, earlier: Pair | None
) -> Pair:
    """The pair turned so that `first` is the faster, with the verdict that stands."""
    decided = None if said == "unresolved" else time
    turned = difference < 0
    if earlier is not None and earlier.verdict != "unresolved":
        said, decided = earlier.verdict, earlier.decided_at
        if said == "better":
            turned = earlier.first == cells[1]
    first, second = cells[::-1] if turned else cells
    return Pair(first, second, -difference if turned else difference, half_width, said, decided)


def fit_of(blocks: Sequence[BlockValues], cells: Sequence[str]) -> TwoWayFit:
    """The two-level design over `blocks`, its cells numbered as in `cells`."""
    place = {cell: number for number, cell in enumerate(cells)}
    table = np.full((len(blocks), len(cells)), np.nan)
    for row, block in enumerate(blocks):
        table[row, [place[cell] for cell in block.cells]] = block.values
    return two_way_fit(table)


def noise_floor(cells: Sequence[str], effects: Floats, widths: Floats, references: AbstractSet[str]) -> float | None:
    """The largest |difference| + half-width among the reference and its twins; None where it is not known."""
    same = [place for place, cell in enumerate(cells) if cell in references]
    floors = [abs(effects[a] - effects[b]) + widths[a, b] for a, b in combinations(same, 2)]
    return float(max(floors)) if floors and all(isfinite(floor) for floor in floors) else None
