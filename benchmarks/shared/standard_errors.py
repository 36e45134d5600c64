"""Standard errors of ratios of cells, measured in rounds, and how well such an error is itself known."""

from collections.abc import Callable

import numpy as np

from harness.stats.arrays import Bools, Floats
from harness.stats.robust import t_interval
from shared.figures import Figure


def residual_deviation(values: Floats) -> float:
    """Standard deviation of one of `values` (rounds, cells) about round + cell.

    By least squares: what a round does to all cells alike is no error of their comparison.
    """
    rounds, cells = values.shape
    centred = values - values.mean(axis=0) - values.mean(axis=1, keepdims=True) + values.mean()
    return float(np.sqrt((centred**2).sum() / ((rounds - 1) * (cells - 1))))


def mean_error(values: Floats) -> float:
    """Standard error of log(a cell / another) from the means over all rounds, as a share of 1."""
    return residual_deviation(values) * float(np.sqrt(2 / len(values)))


def trimmed_error(values: Floats, share: float = 0.25) -> float:
    """The same from trimmed means: winsorized values, widened (Tukey & McLaughlin 1963, Sankhya A 25:331-352)."""
    rounds = len(values)
    cut = int(share * rounds)
    within = values - values.mean(axis=1, keepdims=True)
    ordered = np.sort(within, axis=0)
    winsorized = np.clip(within, ordered[cut], ordered[rounds - 1 - cut])
    return mean_error(winsorized) / (1 - 2 * cut / rounds)


def grouped(values: Floats, size: int) -> Floats:
    """Means of `size` successive rounds; what does not fill a group is left out."""
    groups = len(values) // size
    return np.asarray(values[: groups * size].reshape(groups, size, -1).mean(axis=1))


def jackknifed(name: str, statistic: Callable[[Bools], float], rounds: int) -> Figure:
    """`statistic` of all rounds, with a 95 % interval from leaving each of them out in turn.

    On the logarithm, as is right for deviations and their ratios (Miller 1968, Ann. Math. Stat. 39:567-582).
    `statistic` is given which rounds to use, and is above 0. There must be three rounds or more.
    """
    everything = np.ones(rounds, dtype=np.bool_)
    value = statistic(everything)
    without = np.log([statistic(np.arange(rounds) != left_out) for left_out in range(rounds)])
    half = t_interval(rounds * np.log(value) - (rounds - 1) * without)
    assert half is not None, "three rounds or more"
    return Figure(name, value, value * float(np.exp(-half)), value * float(np.exp(half)))
