"""Locations and their intervals against scipy, a textbook and simulation."""

import numpy as np
import pytest
from scipy.stats import mstats, ttest_1samp

from harness.stats.arrays import Floats
from harness.stats.robust import hodges_lehmann, t_interval, trimmed_mean

# Hamilton depression scale, nine patients before and after (Hollander, Wolfe & Chicken 2014, table 3.1).
BEFORE = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
AFTER = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])


def test_the_textbooks_hodges_lehmann_estimate_is_reproduced() -> None:
    found = hodges_lehmann(AFTER - BEFORE)
    assert found.estimate == pytest.approx(-0.46, abs=0.001)
    assert (found.low, found.high) == pytest.approx((-0.786, -0.010), abs=0.001)


def test_the_trimmed_mean_is_scipys() -> None:
    values = np.random.default_rng(1).standard_t(2, 40)
    found = trimmed_mean(values, 0.25)
    low, high = mstats.trimmed_mean_ci(values, limits=(0.25, 0.25), inclusive=(True, True), alpha=0.05)
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)
    assert found.estimate == pytest.approx((low + high) / 2)


def test_the_t_interval_is_scipys() -> None:
    values = np.random.default_rng(2).normal(size=7)
    interval = ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_interval(values) == pytest.approx((interval.high - interval.low) / 2)


@pytest.mark.parametrize("values", [np.array([1.0]), np.array([1.0, 2.0])])
def test_too_few_values_have_an_estimate_and_no_interval(values: Floats) -> None:
    assert hodges_lehmann(values).low is None
    assert trimmed_mean(values[:1]).low is None
    assert t_interval(values[:1]) is None


@pytest.mark.parametrize("size", [8, 80])
def test_intervals_cover_the_truth_as_often_as_they_say(size: int) -> None:
    dice = np.random.default_rng(3)
    samples = dice.standard_t(3, (2000, size))
    for method in (hodges_lehmann, trimmed_mean):
        found = [method(sample) for sample in samples]
        covered = np.mean([one.low <= 0 <= one.high for one in found if one.low is not None and one.high is not None])
        assert 0.92 <= covered <= 0.98


def test_heavy_tails_move_robust_locations_less_than_the_mean() -> None:
    samples = np.random.default_rng(4).standard_t(1.5, (500, 40))
    spread = np.std([sample.mean() for sample in samples])
    assert np.std([hodges_lehmann(sample).estimate for sample in samples]) < spread / 2
    assert np.std([trimmed_mean(sample).estimate for sample in samples]) < spread / 2
