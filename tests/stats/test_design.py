"""Cells over blocks against a textbook and against least squares on dummy variables."""

import numpy as np
import pytest

from harness.stats.arrays import Floats
from harness.stats.design import best_rotations, restart_variance, two_way_fit

# Vascular grafts: four extrusion pressures in six batches of resin (Montgomery, Design and Analysis of Experiments,
# 5th edition, table 4-3): error mean square 7.33 on 15 degrees of freedom.
GRAFTS = np.array(
    [
        [90.3, 89.2, 98.2, 93.9, 87.4, 97.9],
        [92.5, 89.5, 90.6, 94.7, 87.0, 95.8],
        [85.5, 90.8, 89.6, 86.2, 88.0, 93.4],
        [82.5, 89.5, 85.6, 87.4, 78.9, 90.7],
    ]
).T


def incomplete(seed: int, blocks: int = 9, cells: int = 6, share: float = 0.35) -> Floats:
    dice = np.random.default_rng(seed)
    values = dice.normal(size=(blocks, cells)) + dice.normal(size=cells) + dice.normal(size=(blocks, 1))
    values[:, 1:][dice.random((blocks, cells - 1)) < share] = np.nan  # the first cell is the reference: in every block
    return values


def test_a_textbook_block_design_is_reproduced() -> None:
    fit = two_way_fit(GRAFTS)
    assert fit.variance == pytest.approx(7.33, abs=0.005)
    assert fit.df == 15
    assert fit.estimates() == pytest.approx([92.82, 91.68, 88.92, 85.77], abs=0.005)
    assert fit.spread()[0, 1] == pytest.approx(2 / 6)


@pytest.mark.parametrize("seed", range(5))
def test_an_incomplete_design_is_fitted_as_by_dummy_variables(seed: int) -> None:
    values = incomplete(seed)
    block, cell = np.nonzero(np.isfinite(values))
    dummies = np.zeros((len(block), values.shape[0] + values.shape[1] - 1))
    dummies[np.arange(len(block)), block] = 1.0
    later = cell > 0
    dummies[np.flatnonzero(later), values.shape[0] + cell[later] - 1] = 1.0
    observed = values[block, cell]
    answer, _, _, _ = np.linalg.lstsq(dummies, observed)
    residual = observed - dummies @ answer
    df = len(observed) - dummies.shape[1]
    fit = two_way_fit(values)
    assert fit.cells[1:] - fit.cells[0] == pytest.approx(answer[values.shape[0] :])
    assert fit.df == df
    assert fit.variance == pytest.approx(residual @ residual / df)
    covariance = np.linalg.inv(dummies.T @ dummies)[values.shape[0] :, values.shape[0] :]
    assert fit.spread()[0, 1:] == pytest.approx(np.diag(covariance))


def test_one_block_gives_differences_and_no_variance() -> None:
    fit = two_way_fit(np.array([[1.0, 3.0, 4.0]]))
    assert fit.cells - fit.cells[0] == pytest.approx([0, 2, 3])
    assert (fit.variance, fit.df) == (None, 0)


def test_cells_that_no_block_links_are_told_apart() -> None:
    fit = two_way_fit(np.array([[1.0, 2.0, np.nan, np.nan], [np.nan, np.nan, 3.0, 5.0]]))
    assert fit.linked[0].tolist() == [True, True, False, False]
    assert fit.cells[3] - fit.cells[2] == pytest.approx(2.0)


def test_the_variance_of_a_pair_is_that_of_its_differences() -> None:
    values = incomplete(1)
    variance, blocks = two_way_fit(values).pair_variance()
    difference = values[:, 2] - values[:, 4]
    both = difference[np.isfinite(difference)]
    assert blocks[2, 4] == len(both)
    assert variance[2, 4] == pytest.approx(np.var(both, ddof=1))


def test_the_variance_of_a_cell_is_told_from_those_it_shares_blocks_with() -> None:
    dice = np.random.default_rng(2)
    spread = np.array([3.0, 1.0, 1.0, 0.5, 1.0, 1.0])
    found = np.mean([two_way_fit(dice.normal(size=(8, 6)) * spread).cell_variance()[0] for _ in range(300)], axis=0)
    assert found[0] == pytest.approx(9.0, rel=0.25)
    assert found[[1, 2, 4, 5]] == pytest.approx(1.0, rel=0.35)
    assert found[3] < 0.7


def test_its_standard_error_is_how_much_it_varies_and_none_is_rarely_taken_for_some() -> None:
    dice = np.random.default_rng(5)
    found = [restart_variance(*(two_way_fit(dice.normal(size=(5, 7))) for _ in range(2))) for _ in range(400)]
    errors = [one.error for one in found if one]
    assert np.median(errors) == pytest.approx(1 / 24**0.5, rel=0.2), "5 blocks of 7 cells"
    assert np.mean([one.is_distinguished() for one in found if one]) <= 0.05


@pytest.mark.parametrize("lasting", [0.0, 0.8])
def test_what_a_restart_changes_is_found_also_where_the_machines_mood_lasts(lasting: float) -> None:
    """Of 600 blocks of six cells: both halves of 40 rotations, whose noise may last for some of them."""
    dice, rotations = np.random.default_rng(1), 40
    restart = 0.02 * dice.normal(size=(600, 1, 6))
    noise = dice.normal(size=(600, rotations, 6))
    for number in range(1, rotations):
        noise[:, number] = lasting * noise[:, number - 1] + (1 - lasting**2) ** 0.5 * noise[:, number]
    rates = restart + 0.05 * noise
    halves = [two_way_fit(rates[:, half].mean(axis=1)) for half in (slice(0, 20), slice(20, 40))]
    found = restart_variance(*halves)
    assert found is not None
    assert found.is_distinguished()
    assert found.estimate**0.5 == pytest.approx(0.02, rel=0.2), (
        "the variance of blocks less that of slices would give 0.03"
    )


def test_halves_that_lie_off_in_opposite_directions_show_no_restart() -> None:
    values = np.random.default_rng(2).normal(size=(8, 4))
    found = restart_variance(two_way_fit(values), two_way_fit(-values))
    assert found is not None
    assert found.estimate == 0.0
    assert not found.is_distinguished()
    one = two_way_fit(values[:1])
    assert restart_variance(one, one) is None


def test_the_best_share_of_rotations_is_the_one_with_the_smallest_variance() -> None:
    block = 0.01**2 + 0.08**2 / 30
    best = best_rotations(block, 0.01**2, 30, restart_cost_s=20, rotation_cost_s=0.7)

    def variance_in_an_hour(rotations: int) -> float:
        return (0.01**2 + 0.08**2 / rotations) / (3600 / (20 + 0.7 * rotations))

    assert best == pytest.approx(min(range(1, 500), key=variance_in_an_hour), abs=1)
