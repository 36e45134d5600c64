"""Robust additive fit: what a rotation and what a cell contribute to log(rate), whatever the machine did meanwhile."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.stats.arrays import Bools, Floats

HUBER: Final = 1.345
"""Tuning constant: 95 % efficient where errors are normal (Huber 1981, section 4.5)."""

MAD_TO_SIGMA: Final = 1.4826
"""1 / Phi^-1(3/4): makes the median absolute deviation estimate a normal standard deviation."""

_SWEEPS: Final = 4
_ITERATIONS: Final = 60


@dataclass(frozen=True)
class AdditiveFit:
    """y = rotation + cell + residual. The rotation effects of a fit sum to zero, so `cells` are levels in units of y.

    `cells`: (..., K), NaN where a cell has no entry. `rotations`: (..., R), NaN where a rotation has none. `scale`:
    (...), robust standard deviation of one residual.
    """

    cells: Floats
    rotations: Floats
    scale: Floats


def additive_fit(y: Floats, tolerance: float = 1e-6) -> AdditiveFit:
    """Fit y[..., rotation, cell] = rotation + cell by Huber's M-estimator; NaN marks a missing entry.

    Tukey's median polish (Tukey 1977, Exploratory Data Analysis, chapter 11) of the residuals of least squares gives
    the scale, as their median absolute deviation; reweighted least squares is iterated with that scale held fixed,
    which makes the problem convex (Huber 1981, Robust Statistics, section 7.8). Shifting a rotation or a cell shifts
    its effect and nothing else. Leading axes are independent fits. It ends when no cell moves by more than `tolerance`.

    Raises ValueError where the cells of a fit are not linked to each other through common rotations.
    """
    present = np.isfinite(y)
    _refuse_unlinked(present)
    filled = np.where(present, y, 0.0)
    rotations, cells = _weighted_two_way(filled, present.astype(np.float64))
    residual = _median_polish(y - rotations[..., :, None] - cells[..., None, :])
    scale = MAD_TO_SIGMA * median_of_present(np.abs(residual).reshape(*y.shape[:-2], -1), bool(present.all()))
    bend = np.maximum(HUBER * scale, 1e-12)[..., None, None]
    before = np.full_like(cells, np.inf)
    for _ in range(_ITERATIONS):
        size = np.where(present, np.abs(residual), 1.0)
        weight = np.where(present, bend / np.maximum(size, bend), 0.0)
        rotations, cells = _weighted_two_way(filled, weight)
        residual = filled - rotations[..., :, None] - cells[..., None, :]
        if np.all(np.abs(cells - before) <= tolerance):
            break
        before = cells
    rotations = np.where(present.any(axis=-1), rotations, np.nan)
    middle = np.nanmean(rotations, axis=-1, keepdims=True)
    cells = np.where(present.any(axis=-2), cells + middle, np.nan)
    return AdditiveFit(cells=cells, rotations=rotations - middle, scale=scale)


def _weighted_two_way(y: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted least squares of rotation + cell; cell effects sum to zero over the cells that are present."""
    in_rotation, in_cell = weight.sum(axis=-1), weight.sum(axis=-2)
    share = weight / np.where(in_rotation > 0, in_rotation, 1.0)[..., None]
    weighted = weight * y
    rotation_mean = (share * y).sum(axis=-1)
    right = weighted.sum(axis=-2) - np.einsum("...rk,...r->...k", weight, rotation_mean)
    left = -np.einsum("...rk,...rl->...kl", weight, share)
    here = in_cell > 0
    diagonal = np.einsum("...kk->...k", left)
    diagonal += np.where(here, in_cell, 1.0)
    left = left + here[..., :, None] * here[..., None, :]
    cells = np.linalg.solve(left, right[..., None])[..., 0]
    return rotation_mean - np.einsum("...rk,...k->...r", share, cells), cells


def _median_polish(y: Floats) -> Floats:
    whole, residual = bool(np.isfinite(y).all()), y
    for _ in range(_SWEEPS):
        for axis in (-1, -2):
            residual = residual - np.expand_dims(median_of_present(residual, whole, axis), axis)
    return residual


def median_of_present(values: Floats, whole: bool, axis: int = -1) -> Floats:
    """The median of what is not NaN; 0 where all is NaN. `whole`: nothing is. Far faster than `np.nanmedian`."""
    if whole:
        return np.asarray(np.median(values, axis=axis))
    ordered = np.sort(values, axis=axis)  # NaN sorts last
    count = np.isfinite(values).sum(axis=axis, keepdims=True)
    low, high = np.maximum((count - 1) // 2, 0), np.minimum(count // 2, values.shape[axis] - 1)
    pair = np.take_along_axis(ordered, low, axis) + np.take_along_axis(ordered, high, axis)
    return np.asarray(np.where(count > 0, pair / 2, 0.0).squeeze(axis))


def _refuse_unlinked(present: Bools) -> None:
    if present.all():
        return
    entries = present.astype(np.float64)
    together: Bools = np.matmul(np.swapaxes(entries, -1, -2), entries) > 0
    for _ in range(max(1, int(np.ceil(np.log2(present.shape[-1] + 1))))):
        together = np.matmul(together, together)
    here: Bools = np.any(present, axis=-2)
    if not np.all(together | ~(here[..., :, None] & here[..., None, :])):
        raise ValueError("some cells share no rotation, directly or through others: they cannot be compared")
