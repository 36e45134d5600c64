"""The robust additive fit against a direct minimisation, least squares, and what it must not be moved by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from harness.stats.additive import HUBER, additive_fit
from harness.stats.arrays import Floats


def table(seed: int, rotations: int = 20, cells: int = 5, noise: float = 0.03, tails: float = 3.0) -> Floats:
    dice = np.random.default_rng(seed)
    return (
        dice.normal(size=(rotations, 1))
        + dice.normal(size=cells)
        + noise * dice.standard_t(tails, size=(rotations, cells))
    )


def test_effects_without_noise_are_found_exactly() -> None:
    rotations, cells = np.array([0.5, -0.7, 0.2]), np.array([1.0, 2.0, 4.0, 8.0])
    fit = additive_fit(rotations[:, None] + cells)
    assert fit.cells == pytest.approx(cells)
    assert fit.rotations == pytest.approx(rotations)
    assert fit.scale == pytest.approx(0, abs=1e-12)


def test_it_minimises_hubers_loss() -> None:
    y = table(1)
    fit = additive_fit(y)
    bend = HUBER * float(fit.scale)

    def loss(effects: Floats) -> float:
        size = np.abs(y - effects[:20, None] - np.append(effects[20:], 0.0))
        return float(np.where(size <= bend, size**2 / 2, bend * size - bend**2 / 2).sum() / bend**2)

    direct = minimize(loss, np.zeros(24), method="BFGS", options={"gtol": 1e-9, "maxiter": 5000}).x
    assert fit.cells[:4] - fit.cells[4] == pytest.approx(direct[20:], abs=1e-5)


def test_tame_residuals_give_least_squares() -> None:
    y = table(2, rotations=400, tails=300.0)
    fit = additive_fit(y)
    assert fit.cells - fit.cells.mean() == pytest.approx(y.mean(axis=0) - y.mean(), abs=2e-3)


def test_a_fifth_of_spoilt_slices_hardly_moves_a_cell() -> None:
    y = table(3, rotations=60)
    spoilt = y.copy()
    spoilt[::5, 1] -= 5.0
    fit = additive_fit(y)
    assert additive_fit(spoilt).cells[1] == pytest.approx(fit.cells[1], abs=float(fit.scale))


def test_a_missing_entry_leaves_the_rest_comparable() -> None:
    dice = np.random.default_rng(4)
    rotations, cells = dice.normal(size=30), dice.normal(size=6)
    y = rotations[:, None] + cells
    y[dice.random(y.shape) < 0.3] = np.nan
    fit = additive_fit(y)
    assert fit.cells - fit.cells[0] == pytest.approx(cells - cells[0])


def test_a_cell_or_rotation_without_entries_has_no_effect() -> None:
    y = table(5)
    y[:, 2] = np.nan
    y[7] = np.nan
    fit = additive_fit(y)
    assert np.flatnonzero(np.isnan(fit.cells)).tolist() == [2]
    assert np.flatnonzero(np.isnan(fit.rotations)).tolist() == [7]


def test_cells_that_share_no_rotation_are_refused() -> None:
    y = table(6, rotations=10, cells=4)
    y[:5, :2] = np.nan
    y[5:, 2:] = np.nan
    with pytest.raises(ValueError, match="share no rotation"):
        additive_fit(y)


def test_many_tables_at_once_are_fitted_as_each_alone() -> None:
    tables = np.stack([table(seed) for seed in range(7)])
    tables[3, 2, 1] = np.nan
    together = additive_fit(tables)
    for place, y in enumerate(tables):
        assert together.cells[place] == pytest.approx(additive_fit(y).cells, abs=1e-5)


@given(st.integers(0, 10_000), st.integers(2, 30), st.integers(1, 8))
def test_shifting_rotations_changes_no_difference_and_shifting_a_cell_shifts_it_alone(
    seed: int, rotations: int, cells: int
) -> None:
    y = table(seed, rotations, cells)
    dice = np.random.default_rng(seed + 1)
    shift = dice.normal(size=cells)
    fit, shifted = additive_fit(y), additive_fit(y + dice.normal(size=(rotations, 1)) + shift)
    moved = shifted.cells - fit.cells - shift
    assert moved == pytest.approx(np.full(cells, moved[0]), abs=1e-5)
