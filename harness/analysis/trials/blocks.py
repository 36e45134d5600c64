"""Trials -> one value a cell and block: the robust additive fit of each block."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from harness.model.measured.trial import Trial
from harness.stats.additive import AdditiveFit, additive_fit, median_of_present
from harness.stats.arrays import Floats, Ints

MIN_IN_A_HALF: Final = 2
"""Slices of each cell that the value of half a block rests on."""


@dataclass(frozen=True)
class BlockValues:
    """log(requests per second) of each cell of a group in a block, and the robust spread of one slice.

    `halves`: the same from the first and from the second half of the rotations; None where a half is too short.
    """

    block: int
    cells: tuple[str, ...]
    values: Floats
    slice_sd: float
    rotations: int
    halves: tuple[Floats, Floats] | None = None


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
        together = [(trial.cell, *log_rates(trial, rotations)) for trial in trials]
        fits.append(
            fit_of_rotations(block, [(cell, numbers, rates) for cell, numbers, rates in together if len(numbers)])
        )
    return _adopted(fits, references)


def fit_of_rotations(block: int, cells: Sequence[tuple[str, Ints, Floats]]) -> BlockValues:
    """The value of each of `cells` (name, rotation numbers, log rate in each). Raises ValueError where they are not
    linked by common rotations."""
    rotations = np.unique(np.concatenate([numbers for _, numbers, _ in cells]))
    table = np.full((len(rotations), len(cells)), np.nan)
    for column, (_, numbers, rates) in enumerate(cells):
        table[np.searchsorted(rotations, numbers), column] = rates
    fit = additive_fit(table)
    names = tuple(cell for cell, _, _ in cells)
    return BlockValues(block, names, fit.cells, float(fit.scale), len(rotations), _halves(table, fit))


def _halves(table: Floats, fit: AdditiveFit) -> tuple[Floats, Floats] | None:
    """Each cell's value in either half: its own, and the median of its residuals there."""
    residual, middle = table - fit.rotations[:, None] - fit.cells[None, :], len(table) // 2
    first, second = residual[:middle], residual[middle:]
    if min(np.isfinite(half).sum(axis=0).min() for half in (first, second)) < MIN_IN_A_HALF:
        return None
    whole = bool(np.isfinite(residual).all())
    return (
        fit.cells + median_of_present(first, whole, axis=0),
        fit.cells + median_of_present(second, whole, axis=0),
    )


def log_rates(trial: Trial, rotations: Ints) -> tuple[Ints, Floats]:
    """The trial's slices that are among `rotations`. One without a completion counts as half a one: its logarithm must
    exist."""
    numbers = np.array(trial.rotations)
    among = np.isin(numbers, rotations)
    least = 0.5 * len(trial.rates) / trial.duration_s
    return numbers[among], np.log(np.maximum(np.array(trial.rates)[among], least))


def _groups(trials: Sequence[Trial], references: AbstractSet[str]) -> list[Ints]:
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
    if not groups:
        groups = [{rotation for trial in trials for rotation in trial.rotations}]
    return [np.array(sorted(group)) for group in groups]


def _adopted(fits: Sequence[BlockValues], references: AbstractSet[str]) -> Sequence[BlockValues]:
    """The fits of a block with those that hold no reference joined to the first that does (else all joined)."""
    linked = [fit for fit in fits if references & set(fit.cells)]
    orphans = [fit for fit in fits if not references & set(fit.cells)]
    first, *others = linked or orphans
    joining = [first, *(orphans if linked else others)]
    if len(joining) == 1:
        return (first, *(others if linked else ()))
    joined = replace(
        first,
        cells=tuple(cell for fit in joining for cell in fit.cells),
        values=np.concatenate([fit.values for fit in joining]),
        halves=None,  # what was joined shares no rotations with the rest
    )
    return (joined, *(others if linked else ()))
