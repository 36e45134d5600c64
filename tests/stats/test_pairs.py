"""Simultaneous intervals against published tables, a textbook, and scipy."""

import numpy as np
import pytest
from scipy.stats import studentized_range, ttest_rel, tukey_hsd

from harness.stats.arrays import Floats
from harness.stats.design import two_way_fit
from harness.stats.pairs import (
    forecast_half_widths,
    games_howell_half_widths,
    guarded_half_widths,
    kramer_half_widths,
    tukey_half_widths,
    verdict,
    verdicts,
)
from harness.stats.studentized import studentized_range_quantile
from tests.stats.test_design import GRAFTS, incomplete


# Pearson & Hartley, Biometrika Tables for Statisticians, volume 1, table 29.
@pytest.mark.parametrize(
    ("confidence", "groups", "df", "published"),
    [
        (0.95, 2, 5, 3.64),
        (0.95, 3, 10, 3.88),
        (0.95, 5, 20, 4.23),
        (0.95, 8, 40, 4.52),
        (0.95, 10, 10, 5.60),
        (0.95, 20, 120, 5.13),
        (0.99, 3, 5, 6.98),
        (0.99, 4, 15, 5.25),
        (0.99, 10, 20, 6.09),
    ],
)
def test_quantiles_are_those_of_published_tables(confidence: float, groups: int, df: int, published: float) -> None:
    assert studentized_range_quantile(confidence, groups, df) == pytest.approx(published, abs=0.01)


@pytest.mark.parametrize("df", [1, 2, 3, 4, 11, 90, 2000])
@pytest.mark.parametrize("groups", [2, 7, 40])
@pytest.mark.parametrize("confidence", [0.9, 0.976, 0.9995])
def test_quantiles_are_scipys(confidence: float, groups: int, df: int) -> None:
    """Within 1e-5 of where scipy's distribution function has the confidence: what its own search for it would find."""
    found = studentized_range_quantile(confidence, groups, df)
    below, above = studentized_range.cdf([found * (1 - 1e-5), found * (1 + 1e-5)], groups, df)
    assert below <= confidence <= above


def test_the_honestly_significant_difference_of_a_textbook_is_reproduced() -> None:
    # 4.08 * sqrt(7.33 / 6) for the vascular grafts: 8500 and 8700 psi differ from 9100 and no other pair does.
    fit = two_way_fit(GRAFTS)
    widths = tukey_half_widths(fit, 0.95)
    assert widths[0, 1] == pytest.approx(4.08 * np.sqrt(7.33 / 6), abs=0.01)
    assert np.argwhere(np.triu(np.abs(fit.cells[:, None] - fit.cells) > widths, 1)).tolist() == [[0, 3], [1, 3]]


def test_unequal_samples_get_the_intervals_that_scipy_gives() -> None:
    dice = np.random.default_rng(3)
    samples = [dice.normal(size=size) for size in (5, 8, 13)]
    counts = np.array([len(sample) for sample in samples], dtype=float)
    df = int(counts.sum()) - 3
    variance = sum(float(((sample - sample.mean()) ** 2).sum()) for sample in samples) / df
    spread = 1 / counts[:, None] + 1 / counts
    interval = tukey_hsd(*samples).confidence_interval(0.95)
    expected = (interval.high - interval.low) / 2
    widths = kramer_half_widths(variance, spread, groups=3, df=df, confidence=0.95)
    assert widths[np.triu_indices(3, 1)] == pytest.approx(expected[np.triu_indices(3, 1)], rel=1e-6)


def test_games_howell_of_two_cells_is_the_paired_t_interval() -> None:
    values = np.random.default_rng(4).normal(size=(7, 2))
    interval = ttest_rel(values[:, 0], values[:, 1]).confidence_interval(0.95)
    width = games_howell_half_widths(two_way_fit(values), 0.95)[0, 1]
    assert width == pytest.approx((interval.high - interval.low) / 2, rel=1e-6)


def test_guarded_widths_are_never_below_tukeys() -> None:
    fit = two_way_fit(incomplete(2, blocks=12))
    assert np.all(guarded_half_widths(fit, 0.95) >= tukey_half_widths(fit, 0.95) - 1e-12)


def test_a_noisy_pair_gets_a_wider_interval_than_a_steady_one() -> None:
    values = np.random.default_rng(5).normal(size=(9, 6)) * np.array([5, 5, 1, 1, 1, 1])
    widths = guarded_half_widths(two_way_fit(values), 0.95)
    assert widths[0, 1] > 1.3 * widths[2, 3]


def test_one_block_has_no_interval() -> None:
    fit = two_way_fit(np.array([[1.0, 2.0, 3.0]]))
    for method in (tukey_half_widths, games_howell_half_widths, guarded_half_widths):
        off_diagonal = method(fit, 0.95)[np.triu_indices(3, 1)]
        assert np.isnan(off_diagonal).all()


def test_unlinked_cells_have_no_interval() -> None:
    values = np.full((4, 4), np.nan)
    values[:2, :2] = [[1.0, 2.0], [1.5, 2.2]]
    values[2:, 2:] = [[1.0, 2.0], [1.5, 2.7]]
    widths = guarded_half_widths(two_way_fit(values), 0.95)
    assert np.isnan(widths[0, 2])
    assert np.isfinite(widths[0, 1])


@pytest.mark.parametrize(
    ("difference", "half_width", "floor", "expected"),
    [
        (0.01, 0.015, 0.0, "tied"),
        (0.02, 0.005, 0.0, "tied"),  # really different, and by less than matters
        (0.02, 0.015, 0.0, "better"),
        (-0.10, 0.05, 0.0, "better"),
        (-0.10, 0.05, 0.12, "unresolved"),  # beyond zero, not beyond the noise floor
        (0.02, 0.03, 0.0, "unresolved"),
        (0.50, float("nan"), 0.0, "unresolved"),
    ],
)
def test_verdicts_come_in_order(difference: float, half_width: float, floor: float, expected: str) -> None:
    assert verdict(difference, half_width, delta=0.03, floor=floor) == expected
    many = np.full((2, 2), difference), np.full((2, 2), half_width)
    tied, better = verdicts(*many, delta=0.03, floors=np.full((2, 2), floor))
    assert np.all(tied == (expected == "tied"))
    assert np.all(better == (expected == "better"))


@pytest.mark.parametrize("blocks", [6, 24])
def test_the_widths_to_come_are_those_that_come_where_cells_take_turns_in_groups(blocks: int) -> None:
    forecasts, widths = [], []
    for seed in range(20):
        values = grouped(cells=13, blocks=24, seed=seed)
        forecasts.append(forecast_half_widths(two_way_fit(values[:blocks]), 24, 0.95))
        widths.append(guarded_half_widths(two_way_fit(values), 0.95))
    pairs = np.triu_indices(13, 1)
    assert np.mean(forecasts, axis=0)[pairs] == pytest.approx(np.mean(widths, axis=0)[pairs], rel=0.15)


def grouped(cells: int, blocks: int, seed: int) -> Floats:
    """(blocks, cells): two groups a round, the first cell in both, the others changing sides."""
    dice = np.random.default_rng(seed)
    values = np.full((blocks, cells), np.nan)
    for turn in range(0, blocks, 2):
        sides = np.array_split(dice.permutation(np.arange(1, cells)), 2)
        for block, side in enumerate(sides, start=turn):
            values[block, [0, *side]] = dice.normal(size=1 + len(side))
    return values
