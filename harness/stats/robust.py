"""Location of a sample, and intervals for it, with and without the assumption of a normal distribution."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.distributions import normal_quantile, t_reach

_EXACT_SIZE = 60
"""Up to here the signed-rank distribution is counted exactly; beyond, its normal limit is closer than matters."""


@dataclass(frozen=True)
class Location:
    """An estimate with its interval, in units of the sample; the interval is None where the sample is too small."""

    estimate: float
    low: float | None
    high: float | None


def t_interval(values: Floats, confidence: float = 0.95) -> float | None:
    """Half-width of Student's interval of the mean (Student 1908); None below two values."""
    if len(values) < 2:
        return None
    return t_reach(confidence, len(values) - 1) * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))


def trimmed_mean(values: Floats, share: float = 0.25, confidence: float = 0.95) -> Location:
    """Mean without the lowest and highest `share` of the values.

    The interval is Tukey & McLaughlin's (1963, Sankhya A 25:331-352): Student's t with h - 1 degrees of freedom and the
    winsorized standard deviation over (1 - 2 share) sqrt(n), where h values are left. None where h < 2.
    """
    ordered = np.sort(values)
    size, cut = len(ordered), int(share * len(ordered))
    left = size - 2 * cut
    estimate = float(ordered[cut : size - cut].mean())
    if left < 2:
        return Location(estimate, None, None)
    winsorized = np.clip(ordered, ordered[cut], ordered[size - cut - 1])
    error = float(np.std(winsorized, ddof=1)) / ((1 - 2 * cut / size) * float(np.sqrt(size)))
    half = t_reach(confidence, left - 1) * error
    return Location(estimate, estimate - half, estimate + half)


def hodges_lehmann(values: Floats, confidence: float = 0.95) -> Location:
    """Median of all pairwise means (Hodges & Lehmann 1963, Ann. Math. Stat. 34:598-611).

    The interval holds the pairwise means that Wilcoxon's signed-rank test does not reject (Hollander, Wolfe & Chicken
    2014, section 3.3); it assumes symmetry, not normality. None where no test of the size can reject.
    """
    size = len(values)
    upper = np.triu_indices(size)
    walsh = np.sort((values[:, None] + values[None, :])[upper] / 2)
    below = _signed_rank_quantile(size, (1 - confidence) / 2)
    estimate = float(np.median(walsh))
    if below < 0:
        return Location(estimate, None, None)
    return Location(estimate, float(walsh[below]), float(walsh[len(walsh) - 1 - below]))


@lru_cache(maxsize=256)
def _signed_rank_quantile(size: int, tail: float) -> int:
    """The largest w with P(W <= w) <= tail, W the signed-rank statistic of `size` values; -1 where there is none."""
    if size > _EXACT_SIZE:
        middle, deviation = size * (size + 1) / 4, np.sqrt(size * (size + 1) * (2 * size + 1) / 24)
        return int(np.floor(middle + normal_quantile(tail) * deviation))
    ways = np.array([1.0])
    for rank in range(1, size + 1):
        ways = np.append(ways, np.zeros(rank)) + np.append(np.zeros(rank), ways)
    return int(np.searchsorted(np.cumsum(ways) / 2.0**size, tail, side="right")) - 1
