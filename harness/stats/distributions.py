"""The normal, Student's and the chi-squared distribution, by scipy's special functions.

Not from `scipy.stats`, which takes longer to load than most commands take to run.
"""

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtr, ndtri, stdtrit

from harness.stats.arrays import Floats


def normal_density(x: Floats) -> Floats:
    """Of the standard normal distribution at each of `x`."""
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


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
