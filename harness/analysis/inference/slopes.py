"""Slopes over the levels of a scenario: the time that each middleware, each route adds per request."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isfinite
from typing import Final, NamedTuple

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.analysis.inference.verdicts import ALPHA
from harness.analysis.trials.blocks import fit_of_rotations, log_rates
from harness.analysis.trials.eligible import barring
from harness.analysis.trials.outcomes import cpu_per_request
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.stats.arrays import Floats
from harness.stats.lines.slopes import Line, SlopesFit, slopes_fit, weighted_line
from harness.stats.pairs import Verdict, verdict
from harness.stats.spending import looks_until, nominal_levels, usual_looks_until

Levels = Mapping[int, float]
"""Microseconds of a request by the level's `n`."""

WIDEST: Final = 1e6
"""A half-width beyond this many times the slope's scale says nothing, and is not given."""


class SlopePair(NamedTuple):
    """Slope of `second` less that of `first`, its half-width (NaN: none can be given), and what was concluded."""

    first: str
    second: str
    difference: float
    half_width: float
    verdict: Verdict


class Judged(NamedTuple):
    """Every two cells, the smaller slope first. A difference is tied when as many as the ranking level has change the
    faster request by less than the share that matters, which is `margins` for each of them, by cell. `floor`:
    differences up to this are not called; None without a twin. `void`: the reference was called different from its
    twin.
    """

    pairs: tuple[SlopePair, ...]
    margins: Floats
    floor: float | None
    void: bool


@dataclass(frozen=True)
class Slopes:
    """Of each of `cells`, twins among them, in microseconds for each unit of `n`; `half_widths` are simultaneous over
    the cells, those of `judged` over all pairs. `times`: each cell's microseconds per request by block and n."""

    cells: tuple[str, ...]
    fit: SlopesFit
    half_widths: Floats
    lines: Mapping[str, Line]
    times: Mapping[str, Mapping[int, Levels]]
    confidence: float
    judged: Judged

    @property
    def driven(self) -> int:
        """Blocks that gave any cell a slope."""
        return len({block for blocks in self.times.values() for block in blocks})


def slopes_of(record: CampaignRecord, inference: Inference, *, usual_looks_only: bool = False) -> Slopes | None:
    """The slopes of a scenario that is ranked by them; None where it is not, or no cell has one.

    `usual_looks_only` leaves out the blocks after the last usual look, so that asking after each block costs nothing of
    the error.
    """
    if inference.scenario.rank.by != "slope" or inference.look is None:
        return None
    times = busy_times(record, inference)
    driven = [block for block in inference.completed if any(block in blocks for blocks in times.values())]
    looks = usual_looks_until(len(driven)) if usual_looks_only else looks_until(len(driven))
    if not looks:
        return None
    within = frozenset(driven[: looks[-1]])
    times = {cell: {b: of for b, of in blocks.items() if b in within} for cell, blocks in times.items()}
    return _slopes(record, inference, {cell: blocks for cell, blocks in times.items() if blocks}, looks)


def _slopes(
    record: CampaignRecord,
    inference: Inference,
    times: Mapping[str, Mapping[int, Levels]],
    looks: tuple[int, ...],
) -> Slopes | None:
    if not times:
        return None
    cells, n = tuple(sorted(times)), inference.scenario.rank.at.n or 1
    lines = {cell: line_of(_means(times[cell])) for cell in cells}
    whole = np.array([np.mean([levels[n] for levels in times[cell].values()]) for cell in cells])
    fit = slopes_fit(slope_table(cells, times), whole / n)
    single = _known(fit.half_widths(_confidence(looks, len(cells))), fit.scales)
    judged = judge(cells, fit, inference.delta * whole / n, record.plan.reference_cells, looks)
    return Slopes(cells, fit, single, lines, times, 1 - nominal_levels(looks, ALPHA)[-1], judged)


def _confidence(looks: tuple[int, ...], count: int) -> float:
    """Of one interval at the last of the looks, where `count` intervals hold together."""
    return 1 - nominal_levels(looks, ALPHA, count)[-1] / count


def judge(
    cells: tuple[str, ...], fit: SlopesFit, margins: Floats, references: frozenset[str], looks: tuple[int, ...]
) -> Judged:
    """Every two cells at the last of the looks. `margins`: by cell, the difference in microseconds that matters."""
    widths = fit.pair_half_widths(_confidence(looks, max(1, len(cells) * (len(cells) - 1) // 2)))
    widths = _known(widths, fit.scales[:, None])
    same = [
        (abs(float(fit.means[one] - fit.means[other])), float(widths[one, other]))
        for one, other in combinations(range(len(cells)), 2)
        if cells[one] in references and cells[other] in references
    ]
    void = any(difference > half for difference, half in same)
    floor = max((difference + half for difference, half in same if isfinite(half)), default=None)
    pairs = []
    for one, other in combinations(np.argsort(fit.means, kind="stable").tolist(), 2):
        difference, half = float(fit.means[other] - fit.means[one]), float(widths[one, other])
        delta = float(min(margins[one], margins[other]))
        said = "unresolved" if void else verdict(difference, half, delta=delta, floor=floor or 0.0)
        pairs.append(SlopePair(cells[one], cells[other], difference, half, said))
    return Judged(tuple(pairs), margins, floor, void)


def judged_after(found: Slopes, blocks: int, references: frozenset[str]) -> Judged:
    """What a usual look would give after so many blocks in all, if slopes and spreads stay what they are."""
    later = found.fit.grown(blocks / found.driven)
    return judge(found.cells, later, found.judged.margins, references, looks_until(blocks))


def line_of(levels: Levels) -> Line:
    """The line through the levels of one block. Rates are equally precise in proportion, and so are their inverses."""
    x, y = np.array(list(levels), dtype=np.float64), np.array(list(levels.values()))
    return weighted_line(x, y, y)


def _means(blocks: Mapping[int, Levels]) -> Levels:
    numbers = next(iter(blocks.values()))
    return {n: float(np.mean([levels[n] for levels in blocks.values()])) for n in numbers}


def slope_table(cells: Sequence[str], times: Mapping[str, Mapping[int, Levels]]) -> Floats:
    blocks = sorted({block for of_cell in times.values() for block in of_cell})
    table = np.full((len(blocks), len(cells)), np.nan)
    for column, cell in enumerate(cells):
        for block, levels in times[cell].items():
            table[blocks.index(block), column] = line_of(levels).slope
    return table


def _known(widths: Floats, scales: Floats) -> Floats:
    return np.where(widths > WIDEST * scales, np.nan, widths)


def busy_times(record: CampaignRecord, inference: Inference) -> dict[str, dict[int, Levels]]:
    """Microseconds that a request keeps a worker busy (workers / rate), by cell, block and n, of the cells and blocks
    in which every level counts; as if the references had gone alike in all blocks.

    The rate of each level is that of the robust additive fit over the rotations of the cell.
    """
    workers = {cell.id: cell.workers for cell in record.plan.cells}
    references = record.plan.reference_cells

    def of_block(trials: Sequence[Trial]) -> dict[int, float]:
        numbers = np.unique(np.concatenate([np.array(trial.rotations, dtype=np.int64) for trial in trials]))
        rates = [(str(trial.level.n), *log_rates(trial, numbers)) for trial in trials]
        try:
            fit = fit_of_rotations(trials[0].block, rates)
        except ValueError:  # no rotation holds two of its levels
            return {}
        return {
            int(n): 1e6 * workers[trials[0].cell] * float(np.exp(-value))
            for n, value in zip(fit.cells, fit.values, strict=True)
        }

    found = _by_block(record, inference, of_block)
    for cell, blocks in found.items():
        own, aligned = inference.own_values(cell), inference.aligned_values(cell, references)
        for block, levels in blocks.items():
            factor = float(np.exp(own[block] - aligned[block]))
            blocks[block] = {n: time * factor for n, time in levels.items()}
    return found


def cpu_times(record: CampaignRecord, inference: Inference) -> dict[str, dict[int, Levels]]:
    """Microseconds of the server's CPU time per request, by cell, block and n, where it is known at every level."""

    def of_block(trials: Sequence[Trial]) -> dict[int, float]:
        known = {trial.level.n or 0: cpu_per_request(trial) for trial in trials}
        return {n: 1e6 * seconds for n, seconds in known.items() if seconds}

    return _by_block(record, inference, of_block)


def _by_block(
    record: CampaignRecord, inference: Inference, of_block: Callable[[Sequence[Trial]], dict[int, float]]
) -> dict[str, dict[int, Levels]]:
    """What `of_block` makes of the trials of all levels of a cell in a block, where it has a figure of each level."""
    wanted = {level.n or 0 for level in inference.scenario.levels}
    latest = {
        (trial.cell, trial.block, trial.level.n or 0): trial
        for trial in inference.trials
        if (trial.block, trial.cell) in inference.counted.trials and not barring(record, trial.cell, trial.failed_gates)
    }
    found: dict[str, dict[int, Levels]] = {}
    for block, cell in inference.counted.trials:
        trials = [latest[cell, block, n] for n in sorted(wanted) if (cell, block, n) in latest]
        levels = of_block(trials) if len(trials) == len(wanted) else {}
        if levels.keys() == wanted:
            found.setdefault(cell, {})[block] = levels
    return found
