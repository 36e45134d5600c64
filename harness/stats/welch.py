"""Two samples of unequal spread: the difference of their means."""

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.distributions import t_reach


def welch(before: Floats, after: Floats, confidence: float) -> tuple[float, float | None]:
    """(mean of `after` - mean of `before`, half-width of its interval); the latter None below two values in either.

    Variances are each sample's own (Welch 1947, Biometrika 34:28-35, with Satterthwaite's degrees of freedom, 1946,
    Biometrics Bull. 2:110).
    """
    difference = float(after.mean() - before.mean())
    if min(len(before), len(after)) < 2:
        return difference, None
    errors = np.array([sample.var(ddof=1) / len(sample) for sample in (before, after)])
    if errors.sum() == 0:
        return difference, 0.0
    df = errors.sum() ** 2 / (errors**2 / np.array([len(before) - 1, len(after) - 1])).sum()
    return difference, float(t_reach(confidence, df) * np.sqrt(errors.sum()))


def confidence_of_each(together: float, intervals: int) -> float:
    """Of each of several intervals, so that all hold with confidence `together` at least, whatever their correlation
    (Sidak 1967, J. Am. Stat. Assoc. 62:626-633, for two-sided intervals of normal means)."""
    return float(together ** (1 / max(1, intervals)))
