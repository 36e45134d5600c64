"""Our distributions are those of `scipy.stats`, our roots those of `scipy.optimize`; neither is loaded for them."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import chi2, norm, t

from harness.stats.distributions import (
    chi2_exceeded,
    chi2_quantile,
    normal_above,
    normal_density,
    normal_quantile,
    root,
    t_reach,
)

X = np.linspace(-9, 9, 37)


def test_the_normal_distribution_is_scipys_in_its_far_tails_too() -> None:
    assert normal_density(X) == pytest.approx(norm.pdf(X), rel=1e-12)
    assert normal_above(X) == pytest.approx(norm.sf(X), rel=1e-12)
    assert normal_quantile(1e-6) == pytest.approx(norm.ppf(1e-6), rel=1e-12)


@pytest.mark.parametrize("df", [1, 2.5, 7, 300])
def test_students_interval_reaches_as_far_as_scipys(df: float) -> None:
    assert t_reach(0.95, df) == pytest.approx(t.ppf(0.975, df), rel=1e-9)


@pytest.mark.parametrize("df", [3, 6.5, 900])
def test_chi_squared_quantiles_are_scipys(df: float) -> None:
    assert chi2_quantile(1e-9, df) == pytest.approx(chi2.ppf(1e-9, df), rel=1e-9)
    assert chi2_exceeded(1e-12, df) == pytest.approx(chi2.isf(1e-12, df), rel=1e-9)


@pytest.mark.parametrize(
    ("function", "high"),
    [
        (lambda x: x**3 - 2, 4.0),
        (lambda x: float(np.exp(-x)) - 1e-6, 50.0),
        (lambda x: float(np.tanh(x - 3)), 40.0),
        (lambda x: x**9 - 1e-3, 5.0),
        (lambda x: x - 1, 1.0),
    ],
)
def test_a_root_is_scipys_also_where_the_function_is_flat_for_long(
    function: Callable[[float], float], high: float
) -> None:
    assert root(function, 0.0, high, tolerance=1e-9) == pytest.approx(brentq(function, 0.0, high, xtol=1e-12), abs=1e-8)


def test_without_a_change_of_sign_there_is_no_root() -> None:
    with pytest.raises(ValueError, match=r"no change of sign between 1 \(1\) and 2 \(4\)"):
        root(lambda x: x * x, 1.0, 2.0, tolerance=1e-6)
