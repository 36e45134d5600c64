"""Campaigns on a machine like the ones we measured: it drifts, its speed flips, its tails are heavy.

Everything is log(requests per second). Axes: campaign, block, rotation, cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.stats.additive import additive_fit
from harness.stats.arrays import Floats


@dataclass(frozen=True)
class Noise:
    """What the machine does. Standard deviations and steps of log(rate); `flip` and `unflip` are chances a slice.

    `answer` is how much more (or less) than the first each cell feels a slow machine, as a share of the slow-down:
    the ratio of two frameworks moves with the machine's state.
    """

    restart_sd: float = 0.007
    restart_tails: float = 5.0
    slice_sd: float = 0.08
    slice_tails: float = 3.0
    drift_sd: float = 0.002
    block_drift_sd: float = 0.03
    slow: float = 0.6
    flip: float = 0.02
    unflip: float = 0.06
    answer: Sequence[float] = field(default_factory=tuple)


def block_values(
    noise: Noise, *, campaigns: int, blocks: int, rotations: int, cells: int, seed: int, pool: int = 10_000
) -> Floats:
    """(campaigns, blocks, cells): what the additive fit of each block gives for cells of equal speed.

    `pool` blocks are simulated slice by slice, and campaigns draw theirs from them; restarts are drawn anew. The
    figures are centred on the mean of the pool, so that no two cells differ in what is estimated.
    """
    dice = np.random.default_rng(seed)
    portions = (slices(noise, dice, 1000, rotations, cells) for _ in range(0, pool, 1000))
    fitted = np.concatenate([additive_fit(portion, tolerance=1e-4).cells for portion in portions])
    drawn = (fitted - fitted.mean(axis=0))[dice.integers(0, len(fitted), (campaigns, blocks))]
    return np.asarray(drawn + _heavy(dice, noise.restart_tails, drawn.shape) * noise.restart_sd)


def slices(noise: Noise, dice: np.random.Generator, blocks: int, rotations: int, cells: int) -> Floats:
    """(blocks, rotations, cells): one slice of each cell a rotation, in random order, on one machine in time."""
    order = dice.permuted(np.tile(np.arange(cells), (blocks, rotations, 1)), axis=-1).reshape(blocks, -1)
    slow = _flips(noise, dice, blocks, rotations * cells)
    drift = np.cumsum(dice.normal(0, noise.drift_sd, slow.shape), axis=-1)
    drift += dice.normal(0, noise.block_drift_sd, (blocks, 1))
    answer = np.resize([*noise.answer, *(0.0 for _ in range(cells))], cells)
    in_time = drift - noise.slow * slow * (1 + answer[order])
    in_time += _heavy(dice, noise.slice_tails, slow.shape) * noise.slice_sd
    by_cell = np.empty((blocks, rotations, cells))
    np.put_along_axis(by_cell, order.reshape(blocks, rotations, cells), in_time.reshape(blocks, rotations, cells), -1)
    return by_cell


def _flips(noise: Noise, dice: np.random.Generator, blocks: int, length: int) -> Floats:
    """Share of each slice that the machine was slow in: a two-state chain that flips anywhere inside a slice."""
    chance, within = dice.random((length, blocks)), dice.random((length, blocks))
    state = dice.random(blocks) < noise.flip / (noise.flip + noise.unflip)
    slow = np.empty((blocks, length))
    for step in range(length):
        turns = chance[step] < np.where(state, noise.unflip, noise.flip)
        slow[:, step] = np.where(turns, np.where(state, within[step], 1 - within[step]), state)
        state = state ^ turns
    return slow


def _heavy(dice: np.random.Generator, tails: float, shape: tuple[int, ...]) -> Floats:
    """Student's t scaled to a standard deviation of 1."""
    return dice.standard_t(tails, shape) * np.sqrt((tails - 2) / tails)
