"""The two-level design: rotations inside a block are subsamples, blocks (restarts) are the replicates."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, sqrt

import numpy as np

from harness.stats.arrays import Bools, Floats


@dataclass(frozen=True)
class TwoWayFit:
    """value = cell + block + residual, by ordinary least squares.

    `values`: (B, K), NaN where a cell was not in a block. `cells`: (K,), effects that sum to zero within each linked
    set of cells. `blocks`: (B,), levels. `covariance`: (K, K), to be multiplied by the residual variance. `linked`:
    (K, K), whether two cells can be compared at all. `variance`: of one residual, None where `df` is 0.
    """

    values: Floats
    cells: Floats
    blocks: Floats
    covariance: Floats
    linked: Bools
    variance: float | None
    df: int

    def estimates(self) -> Floats:
        """(K,): what each cell would give in the average block, in units of the values."""
        return np.asarray(self.cells + self.blocks.mean())

    def spread(self) -> Floats:
        """(K, K): variance of the difference of two cells, in units of the residual variance (2 / B when complete)."""
        own = np.diag(self.covariance)
        return np.maximum(own[:, None] + own[None, :] - 2 * self.covariance, 0.0)

    def residuals(self) -> Floats:
        """(B, K): value - cell - block; 0 where a cell was not in a block."""
        return _residuals(self.values, self.blocks, self.cells)

    def pair_variance(self) -> tuple[Floats, Floats]:
        """(K, K): variance of the difference of two cells in one block, as the blocks that hold both show it, and the
        number of those blocks. The variance is 0 below two blocks."""
        differences = self.values[:, :, None] - self.values[:, None, :]
        both = np.isfinite(differences)
        count = both.sum(axis=0, dtype=np.float64)
        mean = np.where(both, differences, 0.0).sum(axis=0) / np.maximum(count, 1)
        squares = np.where(both, (differences - mean) ** 2, 0.0).sum(axis=0)
        return squares / np.maximum(count - 1, 1), count

    def cell_variance(self) -> tuple[Floats, Floats]:
        """(K,): variance of one value of each cell against its block, and the number of its values.

        From the mean square m of its residuals in blocks of k cells, of which the others take a part: about
        (m - v / k) k / (k - 2), with v the common variance (Grubbs 1948, J. Amer. Statist. Assoc. 43:243-264, for one
        value in each place of a complete table). Never below 0; the common variance in blocks of two.
        """
        present, residual = np.isfinite(self.values), self.residuals()
        count = present.sum(axis=0, dtype=np.float64)
        size = (present * present.sum(axis=1, keepdims=True)).sum(axis=0) / count
        mean_square = (residual**2).sum(axis=0) / np.maximum(count - 1, 1)
        common = self.variance or 0.0
        own = (mean_square - common / size) * size / np.maximum(size - 2, 1)
        return np.where((size > 2) & (count > 1), np.maximum(own, 0.0), common), count


def two_way_fit(values: Floats) -> TwoWayFit:
    """Fit values[block, cell] = cell + block + residual by intra-block analysis; NaN marks a cell not in a block.

    The reduced normal equations are C t = Q with C = diag(r) - N diag(1/k) N' (Bose 1942; John & Williams 1995, Cyclic
    and Computer Generated Designs, section 1.3). Every block and every cell needs a value.
    """
    present = np.isfinite(values)
    filled, incidence = np.where(present, values, 0.0), present.T.astype(np.float64)
    sizes = incidence.sum(axis=0)
    covariance, linked, df = _solved(present.tobytes(), *present.shape)
    block_mean = filled.sum(axis=1) / sizes
    cells = covariance @ (filled.sum(axis=0) - incidence @ block_mean)
    blocks = block_mean - (incidence.T @ cells) / sizes
    variance = float((_residuals(values, blocks, cells) ** 2).sum()) / df if df > 0 else None
    return TwoWayFit(values, cells, blocks, covariance, linked, variance, df)


def _residuals(values: Floats, blocks: Floats, cells: Floats) -> Floats:
    return np.where(np.isfinite(values), values - blocks[:, None] - cells[None, :], 0.0)


@lru_cache(maxsize=256)
def _solved(present: bytes, blocks: int, cells: int) -> tuple[Floats, Bools, int]:
    """What depends on the places of the values alone: C's inverse, which cells are linked, the degrees of freedom. A
    campaign asks for the same designs again at every look."""
    incidence = np.frombuffer(present, dtype=bool).reshape(blocks, cells).T.astype(np.float64)
    counts, sizes = incidence.sum(axis=1), incidence.sum(axis=0)
    information = np.diag(counts) - (incidence / sizes) @ incidence.T
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True))
    linked = _linked(incidence)
    covariance.flags.writeable = linked.flags.writeable = False
    sets = len({tuple(row) for row in linked.tolist()})
    return covariance, linked, int(incidence.sum()) - cells - blocks + sets


def _linked(incidence: Floats) -> Bools:
    together: Bools = (incidence @ incidence.T) > 0
    for _ in range(max(1, int(np.ceil(np.log2(len(incidence) + 1))))):
        together = np.matmul(together, together)
    return together


@dataclass(frozen=True)
class RestartVariance:
    """The part of a block value's variance that more rotations would not remove, and its standard error."""

    estimate: float
    error: float

    def is_distinguished(self) -> bool:
        """From none, by two standard errors."""
        return self.estimate > 2 * self.error


def restart_variance(first: TwoWayFit, second: TwoWayFit) -> RestartVariance | None:
    """From fits of the first and of the second half of the same blocks: how far both halves of a block lie off together
    (never below 0). None where there are no degrees of freedom.

    T_2^2 in the words of Kalibera & Jones 2013 (Rigorous Benchmarking in Reasonable Time), which they take as the
    variance of blocks less S_1^2 / n_1. That holds where rotations are independent; where the machine's mood lasts for
    some of them it counts the mood as the restart's. The standard error is that of a covariance of normal variables:
    sqrt((s_1^2 s_2^2 + s_12^2) / df) (Wishart 1928, Biometrika 20A:32-52).
    """
    if first.variance is None or second.variance is None or first.df != second.df:
        return None
    together = float((first.residuals() * second.residuals()).sum()) / first.df
    error = sqrt((first.variance * second.variance + together**2) / first.df)
    return RestartVariance(max(0.0, together), error)


def best_rotations(
    block: float, restart: float, rotations: float, *, restart_cost_s: float, rotation_cost_s: float
) -> int:
    """How many rotations a block should hold for the narrowest intervals in a given time. `restart` is above 0.

    n_1 = sqrt(c_2 / c_1 * T_1^2 / T_2^2) (Kalibera & Jones 2013). `block` is the variance of a value of `rotations`
    rotations, `restart` what of it is the restart's: the rest is T_1^2 / `rotations`. Costs are in seconds.
    """
    own = max(0.0, block - restart) * rotations
    return max(1, ceil(sqrt(restart_cost_s / rotation_cost_s * own / restart)))
