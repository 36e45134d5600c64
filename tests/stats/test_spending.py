"""Bounds against published ones, and the error that is really spent."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import norm

from harness.stats.spending import (
    USUAL_LOOKS,
    looks_until,
    nominal_levels,
    sequential_bounds,
    simultaneous_confidence,
    spent,
)

FIFTHS = (0.2, 0.4, 0.6, 0.8, 1.0)


def test_bounds_of_the_pocock_type_are_the_published_ones() -> None:
    # DeMets & Lan 1994, Stat. Med. 13:1341-1352: alpha log(1 + (e - 1) t), five equal looks, two-sided 0.05.
    bounds = sequential_bounds(FIFTHS, [0.05 * np.log1p((np.e - 1) * t) for t in FIFTHS])
    assert bounds == pytest.approx([2.438, 2.427, 2.410, 2.397, 2.386], abs=0.001)


def test_bounds_of_the_obrien_fleming_type_are_the_published_ones() -> None:
    spending = [4 * norm.sf(norm.ppf(1 - 0.05 / 4) / t**0.5) for t in FIFTHS]
    assert sequential_bounds(FIFTHS, spending) == pytest.approx([4.877, 3.357, 2.680, 2.290, 2.031], abs=0.001)


def test_the_error_spent_grows_and_never_passes_alpha() -> None:
    series = [spent(block, 0.05) for block in range(1, 200)]
    assert all(before < after < 0.05 for before, after in pairwise(series))
    assert spent(0, 0.05) == 0


@pytest.mark.parametrize("block", [1, 2, 5, 6, 7, 19, 20, 28, 100])
def test_any_block_may_be_the_last_look(block: int) -> None:
    looks = looks_until(block)
    assert looks[-1] == block
    assert list(looks) == sorted(set(looks))
    assert set(looks[:-1]) >= {look for look in USUAL_LOOKS if look < block}


def test_one_look_is_tested_at_all_that_may_be_spent_by_then() -> None:
    assert nominal_levels((4,), 0.05, 21) == pytest.approx((spent(4, 0.05),), rel=1e-3)


def test_a_pair_watched_at_every_look_is_called_falsely_as_often_as_was_allowed() -> None:
    dice = np.random.default_rng(1)
    levels = nominal_levels(USUAL_LOOKS, 0.05)
    sums = np.cumsum(dice.normal(size=(200_000, USUAL_LOOKS[-1])), axis=1)[:, np.array(USUAL_LOOKS) - 1]
    crossed = np.abs(sums) / np.sqrt(USUAL_LOOKS) > norm.isf(np.array(levels) / 2)
    by_look = np.maximum.accumulate(crossed, axis=1).mean(axis=0)
    assert by_look == pytest.approx([spent(look, 0.05) for look in USUAL_LOOKS], abs=0.0015)


def test_more_cells_never_ask_for_less_confidence() -> None:
    few, many = simultaneous_confidence(USUAL_LOOKS, 0.05, 3), simultaneous_confidence(USUAL_LOOKS, 0.05, 40)
    assert all(one <= other + 1e-9 for one, other in zip(few, many, strict=True))
    assert all(0.95 < confidence < 1 for confidence in (*few, *many))
