"""Split halves beside a covariate, against an independent fit and by simulation."""

import numpy as np
import pytest
from scipy.stats import linregress, ttest_ind

from harness.stats.arrays import Floats
from harness.stats.halves import halves


def test_beside_what_never_moves_it_is_the_t_test_of_two_samples() -> None:
    values = np.random.default_rng(1).normal(size=20)
    interval = ttest_ind(values[10:], values[:10]).confidence_interval(0.95)
    assert halves(values, np.zeros(20), 0.95) == pytest.approx(
        ((interval.low + interval.high) / 2, interval.low, interval.high)
    )


def test_what_moves_all_alike_is_taken_out() -> None:
    dice = np.random.default_rng(2)
    beside = np.repeat([0.0, -0.6, 0.0, -0.6], 5)
    values = np.repeat([0.0, 0.2], 10) + beside + dice.normal(0, 0.02, 20)
    found = halves(values, beside + dice.normal(0, 0.02, 20), 0.99)
    assert found is not None
    assert found.low < 0.2 < found.high
    assert found.low > 0.1


@pytest.mark.parametrize("slope", [1.0, 1.1])
def test_what_changed_between_the_halves_and_at_no_other_time_is_not_laid_to_the_cell(slope: float) -> None:
    dice = np.random.default_rng(3)
    step = np.repeat([0.0, -0.6], 10)
    found = halves(slope * step + dice.normal(0, 0.05, 20), step + dice.normal(0, 0.02, 20), 0.99)
    assert found is not None
    assert found.low < 0 < found.high


def test_the_adjusted_half_is_that_of_an_independent_fit() -> None:
    dice = np.random.default_rng(5)
    beside, half = dice.normal(size=40), np.repeat([0.0, 1.0], 20)
    values = 0.7 * half + 0.2 * beside + dice.normal(0, 0.1, 40)
    # Frisch & Waugh (1933, Econometrica 1:387-401): both sides' residuals on the covariate have the same slope.
    left, right = (side - beside * linregress(beside, side).slope for side in (values, half))
    found = halves(values, beside, 0.95)
    assert found is not None
    assert found.low < linregress(right, left).slope < found.high


def test_too_few_values_tell_nothing() -> None:
    assert halves(np.arange(4.0), np.array([0.0, 1.0, 0.0, 2.0]), 0.99) is None


def machine(dice: np.random.Generator, steps: int) -> Floats:
    """log(speed) of a machine in steps of 50 ms: fast for 5 s, then slow (0.55) for 1.7 s, on average."""
    slow, found = dice.random() < 0.25, []
    for chance in dice.random(steps):
        slow ^= chance < (0.03 if slow else 0.01)
        found.append(-0.6 * slow)
    return np.array(found)


def judged(change: float, campaigns: int = 300) -> tuple[float, float]:
    """Share of runs of 20 pieces that are said to have changed by over 3 %: beside the machine's speed, and alone."""
    dice, beside, alone = np.random.default_rng(4), 0, 0
    for _ in range(campaigns):
        speed = machine(dice, 141)
        company = np.array([speed[at : at + 2].mean() for at in range(0, 141, 7)]) + 0.05 * dice.standard_t(3, 21)
        pieces = 1.25 * np.array([speed[at + 2 : at + 7].mean() for at in range(0, 140, 7)])
        values = pieces + 0.03 * dice.standard_t(3, 20) + np.repeat([0.0, np.log1p(change)], 10)
        for covariate in ((company[:-1] + company[1:]) / 2, np.zeros(20)):
            found = halves(values, covariate, 0.99)
            assert found is not None
            beyond = found.low > np.log(1.03) or found.high < -np.log(1.03)
            if covariate.any():
                beside += beyond
            else:
                alone += beyond
    return beside / campaigns, alone / campaigns


def test_a_steady_cell_is_seldom_called_changing_on_a_machine_that_flips_between_two_speeds() -> None:
    beside, alone = judged(0.0)
    assert beside <= 0.02
    assert alone >= 0.1, "which is what a split half of the cell by itself makes of it"


def test_a_cell_that_doubles_is_called_changing() -> None:
    assert judged(1.0)[0] >= 0.95
