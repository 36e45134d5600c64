"""Location of a sample, and intervals for it."""

import numpy as np
from scipy.stats import t

from harness.stats.arrays import Floats


def t_interval(values: Floats, confidence: float = 0.95) -> float | None:
    """Half-width of Student's interval of the mean (Student 1908); None below two values."""
    if len(values) < 2:
        return None
    quantile = float(t.ppf((1 + confidence) / 2, len(values) - 1))
    return quantile * float(np.std(values, ddof=1)) / float(np.sqrt(len(values)))
