"""Whether a series stays where it began, whatever else moved meanwhile."""

from typing import Any, NamedTuple

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.distributions import t_reach


class Change(NamedTuple):
    """Second half - first half, or end - begin of a straight line, with an interval."""

    estimate: float
    low: float
    high: float


def halves(values: Floats, beside: Floats, confidence: float) -> Change | None:
    """By how much the second half of `values` lies above the first, where `beside` tells what moved all alike.

    Two ways of allowing for it: `beside` counts in full (Student's t test of values - beside), or by a slope that is
    fitted too (analysis of covariance: Fisher 1932, Statistical Methods for Research Workers, section 49.1; Cochran
    1957, Biometrics 13:261-281). The first is right where everything feels a slow machine alike, the second where it
    does not, but `beside` is itself measured with error and then counts for too little. The estimate is that of the
    first, the interval holds those of both. None where less than two degrees of freedom are left.
    """
    return _both_ways(values, beside, np.arange(len(values)) >= len(values) / 2, confidence)


def trend(values: Floats, beside: Floats, confidence: float) -> Change | None:
    """By how much a straight line through `values` rises from the first to the last, `beside` allowed for likewise."""
    return _both_ways(values, beside, np.linspace(0, 1, len(values)), confidence)


def _both_ways(values: Floats, beside: Floats, course: Any, confidence: float) -> Change | None:
    size = len(values)
    if size < 5:
        return None
    columns = np.column_stack([np.ones(size), course])
    ways = [_second(values - beside, columns, confidence)]
    if np.ptp(beside) > 0:
        ways.append(_second(values, np.column_stack([columns, beside - beside.mean()]), confidence))
    return Change(ways[0].estimate, min(way.low for way in ways), max(way.high for way in ways))


def _second(values: Floats, columns: Floats, confidence: float) -> Change:
    """The second coefficient of a fit by least squares, with Student's interval."""
    inverse = np.linalg.pinv(columns.T @ columns)
    found = inverse @ columns.T @ values
    residual, df = values - columns @ found, len(values) - columns.shape[1]
    error = np.sqrt(residual @ residual / df * inverse[1, 1])
    half_width = float(t_reach(confidence, df) * error)
    return Change(float(found[1]), float(found[1]) - half_width, float(found[1]) + half_width)
