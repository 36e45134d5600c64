"""All pairs of cells at once: simultaneous intervals and the verdict of each pair."""

from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.stats import studentized_range

from harness.stats.arrays import Floats
from harness.stats.design import TwoWayFit

Verdict = Literal["tied", "better", "unresolved"]


@lru_cache(maxsize=4096)
def studentized_range_quantile(confidence: float, groups: int, df: float) -> float:
    """The point that the studentized range of `groups` means with `df` degrees of freedom stays below."""
    return float(studentized_range.ppf(confidence, groups, df))


def tukey_half_widths(fit: TwoWayFit, confidence: float) -> Floats:
    """(K, K) half-widths of simultaneous intervals of all differences; NaN where none can be given.

    Tukey's honestly significant difference (Tukey 1953) in the form of Kramer (1956) for unequal replication and of
    Kramer (1957) for correlated estimates: q(K, df) / sqrt(2) times the standard error of the difference.
    """
    if fit.variance is None:
        return np.full_like(fit.covariance, np.nan)
    quantile = studentized_range_quantile(confidence, len(fit.cells), fit.df) / np.sqrt(2)
    return np.where(fit.linked, quantile * np.sqrt(fit.variance * fit.spread()), np.nan)


def verdict(difference: float, half_width: float, *, delta: float, floor: float = 0.0) -> Verdict:
    """What may be said of a pair, in this order: `tied` when the interval lies inside +-delta; `better` when it
    excludes zero and the difference is beyond the noise floor; else `unresolved`. All on one scale (here log ratio);
    a half-width of NaN leaves the pair unresolved.
    """
    if not np.isfinite(half_width):
        return "unresolved"
    if abs(difference) + half_width <= delta:
        return "tied"
    return "better" if abs(difference) > max(half_width, floor) else "unresolved"
