"""Trials -> one value a cell and block: the robust additive fit of each block."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from harness.model.trial import Trial
from harness.stats.additive import additive_fit
from harness.stats.arrays import Floats


@dataclass(frozen=True)
class BlockValues:
    """log(requests a second) of each cell of a group in a block, and the robust spread of one slice."""

    block: int
    cells: tuple[str, ...]
    values: Floats
    slice_sd: float
    rotations: int


def block_values(trials: Mapping[tuple[int, str], Trial], references: AbstractSet[str]) -> tuple[BlockValues, ...]:
    """The value of each cell in each block, in block order.

    Cells that only meet through the reference cells were started in groups of their own: each group is fitted by
    itself, since a restart of the reference links them, not one run of it. What shares no rotation with a reference
    (a cell that runs alone) is set beside the block's first group by its level.
    """
    by_block: dict[int, list[Trial]] = {}
    for (block, _), trial in sorted(trials.items()):
        by_block.setdefault(block, []).append(trial)
    return tuple(fit for block, together in by_block.items() for fit in _block(block, together, references))


def _block(block: int, trials: Sequence[Trial], references: AbstractSet[str]) -> Sequence[BlockValues]:
    fits = []
    for rotations in _groups(trials, references):
        within = [_within(trial, rotations) for trial in trials]
        fits.append(_fit(block, [part for part in within if part is not None]))
    return _adopted(fits, references)


def _adopted(fits: Sequence[BlockValues], references: AbstractSet[str]) -> Sequence[BlockValues]:
    """The fits of a block with those that hold no reference joined to the first that does (else all joined)."""
    linked = [fit for fit in fits if references & set(fit.cells)]
    orphans = [fit for fit in fits if not references & set(fit.cells)]
    first, *others = linked or orphans
    joining = [first, *(orphans if linked else others)]
    joined = replace(
        first,
        cells=tuple(cell for fit in joining for cell in fit.cells),
        values=np.concatenate([fit.values for fit in joining]),
    )
    return (joined, *(others if linked else ()))


def _fit(block: int, trials: Sequence[tuple[str, Mapping[int, float]]]) -> BlockValues:
    numbers = sorted({rotation for _, rates in trials for rotation in rates})
    row = {rotation: place for place, rotation in enumerate(numbers)}
    table = np.full((len(numbers), len(trials)), np.nan)
    for column, (_, rates) in enumerate(trials):
        table[[row[rotation] for rotation in rates], column] = list(rates.values())
    fit = additive_fit(table)
    return BlockValues(block, tuple(cell for cell, _ in trials), fit.cells, float(fit.scale), len(numbers))


def _within(trial: Trial, rotations: Collection[int]) -> tuple[str, Mapping[int, float]] | None:
    """(cell, log rate by rotation) of the trial's slices among `rotations`; None where there are none.

    A slice without a completion counts as half a one, so that its logarithm exists.
    """
    least = 0.5 * len(trial.rates) / trial.duration_s
    pairs = zip(trial.rotations, trial.rates, strict=True)
    rates = {rotation: float(np.log(max(rate, least))) for rotation, rate in pairs if rotation in rotations}
    return (trial.cell, rates) if rates else None


def _groups(trials: Sequence[Trial], references: AbstractSet[str]) -> Iterable[set[int]]:
    """Sets of rotations that share a cell other than a reference, directly or through others."""
    groups: list[set[int]] = []
    for trial in trials:
        if trial.cell in references:
            continue
        mine, apart = set(trial.rotations), []
        for group in groups:
            if group & mine:
                mine |= group
            else:
                apart.append(group)
        groups = [*apart, mine]
    return groups or [{rotation for trial in trials for rotation in trial.rotations}]
