"""Our distributions are those of `scipy.stats`, which is not loaded for them."""

import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from harness.stats.distributions import (
    chi2_exceeded,
    chi2_quantile,
    normal_above,
    normal_density,
    normal_quantile,
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
