"""How the error is spent over looks, so that a campaign may stop at any block and claim what it has."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.distributions import normal_above, normal_density, root

USUAL_LOOKS: Final = (2, 3, 4, 6, 9, 13, 19)
"""Blocks after which pairs are judged; beyond, each about 1.45 times the one before."""

SPENDING_BLOCKS: Final = 7
"""Blocks in which half of the error is spent."""

_GRID: Final = 801
_SIMPSON: Final = np.array([1.0, *[4.0, 2.0] * (_GRID // 2 - 1), 4.0, 1.0])
"""Simpson's weights of the points of a grid."""
_REACH: Final = 9.0


def spent(block: float, alpha: float) -> float:
    """Cumulative probability of a false claim allowed up to `block`: alpha / (1 + (SPENDING_BLOCKS / block)^3).

    An error-spending function (Lan & DeMets 1983, Biometrika 70:659-663) must grow and never pass alpha. This one has
    no last block, since a budget, Ctrl-C or a resumed campaign may end anywhere. It spends little at first: intervals
    from two or three blocks are wrong more often than they say where cells are not equally steady
    (docs/decisions/simultaneous-intervals.md).
    """
    return alpha * block**3 / (block**3 + SPENDING_BLOCKS**3)


def next_look(block: int) -> int:
    """The first usual look after `block`; beyond those that are named, each is 1.45 times the one before."""
    look = USUAL_LOOKS[0]
    later = iter(USUAL_LOOKS[1:])
    while look <= block:
        look = next(later, round(look * 1.45))
    return look


def looks_until(block: int) -> tuple[int, ...]:
    """The usual looks before `block`, and `block` itself: it is the last one for a reader of the result now. None
    before the first block."""
    looks = []
    look = next_look(0)
    while look < block:
        looks.append(look)
        look = next_look(look)
    return (*looks, block) if block else ()


def usual_looks_until(block: int) -> tuple[int, ...]:
    """The usual looks up to and including `block`."""
    return tuple(look for look in looks_until(block) if next_look(look - 1) == look)


@lru_cache(maxsize=256)
def nominal_levels(looks: tuple[int, ...], alpha: float, pairs: int = 1) -> tuple[float, ...]:
    """The level at which all pairs are tested at each look, so that at most spent(look, alpha) is lost up to it.

    The error of one pair is spent at alpha / pairs, and its levels are summed over the pairs: exceedances that are rare
    have less in common from look to look than frequent ones, and this keeps that honest.
    """
    bounds = sequential_bounds(looks, tuple(spent(look, alpha) / pairs for look in looks))
    return tuple(min(1.0, float(pairs * 2 * normal_above(bound))) for bound in bounds)


def sequential_bounds(times: Sequence[float], cumulative: Sequence[float]) -> tuple[float, ...]:
    """Two-sided bounds for a standardised Brownian motion seen at `times`, crossed up to each with probability
    `cumulative`. Found look by look by numerical integration (Armitage, McPherson & Rowe 1969; Jennison & Turnbull
    2000, Group Sequential Methods, chapter 19).
    """
    bounds: list[float] = []
    alive, width, step, time, error = None, 1.0, 1.0, 0.0, 0.0
    for next_time, next_error in zip(times, cumulative, strict=True):
        if bounds:
            reach = bounds[-1] * float(np.sqrt(time))
            alive, width = _advance(alive, width, step, reach), reach
        step = float(np.sqrt(next_time - time))
        bounds.append(_bound(alive, width, step, next_time, next_error - error))
        time, error = next_time, next_error
    return tuple(bounds)


def _points(width: float) -> tuple[Floats, float]:
    grid = np.linspace(-width, width, _GRID)
    return grid, float(grid[1] - grid[0])


def _bound(alive: Floats | None, width: float, step: float, time: float, allowed: float) -> float:
    """The standardised bound that a path not yet stopped crosses at this look with probability `allowed`."""

    def crossing(bound: float) -> float:
        reach = bound * np.sqrt(time)
        if alive is None:
            return float(2 * normal_above(bound))
        grid, spacing = _points(width)
        beyond = normal_above((reach - grid) / step) + normal_above((reach + grid) / step)
        return float(beyond @ (alive * _SIMPSON) * spacing / 3)

    return root(lambda bound: crossing(bound) - allowed, 0.0, _REACH, tolerance=1e-6)


def _advance(alive: Floats | None, width: float, step: float, reach: float) -> Floats:
    """Density, on a grid inside +-reach, of a path that has not crossed up to and including this look."""
    new, _ = _points(reach)
    if alive is None:
        return np.asarray(normal_density(new / step) / step)
    grid, spacing = _points(width)
    right = new[_GRID // 2 :]
    kernel = normal_density((right[:, None] - grid[None, :]) / step) / step
    density = kernel @ (alive * _SIMPSON) * spacing / 3
    return np.concatenate([density[:0:-1], density])  # it is the same on both sides


def simultaneous_confidence(looks: Sequence[int], alpha: float, cells: int) -> tuple[float, ...]:
    """The confidence of simultaneous intervals over all pairs of `cells` at each look."""
    return tuple(1 - level for level in nominal_levels(tuple(looks), alpha, max(1, cells * (cells - 1) // 2)))
