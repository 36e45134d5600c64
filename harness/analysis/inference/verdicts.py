"""Block values -> differences, simultaneous intervals, and the verdict of every pair, look by look."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from harness.analysis.trials.blocks import BlockValues
from harness.stats.arrays import Bools, Floats, Ints
from harness.stats.design import TwoWayFit, two_way_fit
from harness.stats.pairs import Verdict, guarded_half_widths, verdicts
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
    seen: _Seen | None = None
    for time, confidence in zip(times, simultaneous_confidence(times, ALPHA, len(cells)), strict=True):
        so_far = frozenset(order[:time])
        those = [block for block in blocks if block.block in so_far]
        seen = _seen(those, time, confidence, delta=float(np.log1p(delta)), references=references, before=seen)
    return None if seen is None else Look(seen.cells, seen.fit, seen.confidence, seen.pairs(), seen.floor)


@dataclass(frozen=True)
class _Seen:
    """What a look sees of all pairs at once, in (K, K) arrays of which the part above the diagonal counts: a campaign
    of forty cells has 780 pairs and up to a dozen looks. `tied` and `better`: what stands; `decided_at`: since when;
    `turned`: whether the second is the faster."""

    cells: tuple[str, ...]
    fit: TwoWayFit
    confidence: float
    floor: float | None
    widths: Floats
    tied: Bools
    better: Bools
    decided_at: Ints
    turned: Bools

    def pairs(self) -> dict[tuple[str, str], Pair]:
        effects, widths = self.fit.cells.tolist(), self.widths.tolist()
        tied, better, decided_at, turned = (
            each.tolist() for each in (self.tied, self.better, self.decided_at, self.turned)
        )
        found = {}
        for a, b in combinations(range(len(self.cells)), 2):
            first, second = (b, a) if turned[a][b] else (a, b)
            said: Verdict = "tied" if tied[a][b] else "better" if better[a][b] else "unresolved"
            found[self.cells[a], self.cells[b]] = Pair(
                self.cells[first],
                self.cells[second],
                effects[first] - effects[second],
                widths[a][b],
                said,
                None if said == "unresolved" else decided_at[a][b],
            )
        return found


def _seen(
    blocks: Sequence[BlockValues],
    time: int,
    confidence: float,
    *,
    delta: float,
    references: AbstractSet[str],
    before: _Seen | None,
) -> _Seen:
    cells = tuple(sorted({cell for block in blocks for cell in block.cells}))
    fit = fit_of(blocks, cells)
    widths = guarded_half_widths(fit, confidence)
    widths = np.where(widths > WIDEST, np.nan, widths)
    floor = noise_floor(cells, fit.cells, widths, references)
    same = np.array([cell in references for cell in cells])
    floors = np.where(same[:, None] & same, 0.0, floor or 0.0)
    differences = fit.cells[:, None] - fit.cells
    tied, better = verdicts(differences, widths, delta=delta, floors=floors)
    decided_at, turned = np.full(widths.shape, time), differences < 0
    if before is not None:
        places = np.searchsorted(cells, before.cells)  # both are sorted, and no cell ever leaves
        earlier = np.ix_(places, places)
        stands = before.tied | before.better
        tied[earlier] = np.where(stands, before.tied, tied[earlier])
        better[earlier] = np.where(stands, before.better, better[earlier])
        decided_at[earlier] = np.where(stands, before.decided_at, decided_at[earlier])
        turned[earlier] = np.where(before.better, before.turned, turned[earlier])
    return _Seen(cells, fit, confidence, floor, widths, tied, better, decided_at, turned)


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
