"""The normal, Student's and the chi-squared distribution, by scipy's special functions; and where a function is zero.

Not from `scipy.stats` and `scipy.optimize`, which take longer to load than most commands take to run.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtr, ndtri, stdtrit

from harness.stats.arrays import Floats

_MOST_STEPS: Final = 200


def normal_density(x: Floats) -> Floats:
    """Of the standard normal distribution at each of `x`."""
    return np.asarray(np.exp(x * x * -0.5) / np.sqrt(2 * np.pi))


def normal_above(x: Floats | float) -> Floats:
    """P(standard normal > x), exact far out too."""
    return np.asarray(ndtr(-np.asarray(x)))


def normal_quantile(p: float) -> float:
    """The point that a standard normal variable stays below with probability `p`."""
    return float(ndtri(p))


def t_reach(confidence: float, df: float) -> float:
    """How many standard errors Student's two-sided interval with `df` degrees of freedom reaches to either side."""
    return float(stdtrit(df, (1 + confidence) / 2))


def chi2_quantile(p: float, df: float) -> float:
    """The point that a chi-squared variable with `df` degrees of freedom stays below with probability `p`."""
    return float(2 * gammaincinv(df / 2, p))


def chi2_exceeded(p: float, df: float) -> float:
    """The point that it exceeds with probability `p`: not lost in 1 - p where `p` is tiny."""
    return float(2 * gammainccinv(df / 2, p))


def root(function: Callable[[float], float], low: float, high: float, *, tolerance: float) -> float:
    """The zero of a continuous function between `low` and `high`, to within `tolerance`.

    By false position; the value at an end that stays is halved each time (the Illinois algorithm: Dowell & Jarratt
    1971, BIT 11:168-174). Raises ValueError where the function does not change its sign between the two.
    """
    kept, at_kept, newest, at_newest = low, function(low), high, function(high)
    if at_kept * at_newest > 0:
        raise ValueError(f"no change of sign between {low:g} ({at_kept:g}) and {high:g} ({at_newest:g})")
    for _ in range(_MOST_STEPS):
        if at_newest == 0 or abs(newest - kept) <= tolerance:
            break
        between = newest - at_newest * (newest - kept) / (at_newest - at_kept)
        value = function(between)
        if value * at_newest < 0:
            kept, at_kept = newest, at_newest
        else:
            at_kept /= 2
        newest, at_newest = between, value
    return newest
