"""The two-level design: rotations inside a block are subsamples, blocks (restarts) are the replicates."""

from dataclasses import dataclass

import numpy as np

from harness.stats.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class TwoWayFit:
    """value = cell + block + residual, by ordinary least squares.

    `cells`: (K,), effects that sum to zero within each linked set of cells. `blocks`: (B,), levels. `covariance`:
    (K, K), to be multiplied by the residual variance. `linked`: (K, K), whether two cells can be compared at all.
    `variance`: of one residual, None where `df` is 0. `counts`: (K,), blocks a cell was in.
    """

    cells: Floats
    blocks: Floats
    covariance: Floats
    linked: Bools
    variance: float | None
    df: int
    counts: Ints

    def levels(self) -> Floats:
        """(K,): what each cell would give in the average block, in units of the values."""
        return np.asarray(self.cells + self.blocks.mean())

    def spread(self) -> Floats:
        """(K, K): variance of the difference of two cells, in units of the residual variance."""
        own = np.diag(self.covariance)
        return np.maximum(own[:, None] + own[None, :] - 2 * self.covariance, 0.0)


def two_way_fit(cell: Ints, block: Ints, value: Floats) -> TwoWayFit:
    """Fit value[i] = cell[i] + block[i] + residual by intra-block analysis (complete or incomplete blocks).

    The reduced normal equations are C t = Q with C = diag(r) - N diag(1/k) N' (Bose 1942; John & Williams 1995, Cyclic
    and Computer Generated Designs, section 1.3). `cell` and `block` count from 0 without gaps.
    """
    incidence = np.zeros((int(cell.max()) + 1, int(block.max()) + 1))
    np.add.at(incidence, (cell, block), 1.0)
    counts, sizes = incidence.sum(axis=1), incidence.sum(axis=0)
    block_mean = np.bincount(block, weights=value) / sizes
    information = np.diag(counts) - (incidence / sizes) @ incidence.T
    covariance = np.asarray(np.linalg.pinv(information, hermitian=True))
    cells = covariance @ (np.bincount(cell, weights=value) - incidence @ block_mean)
    blocks = block_mean - (incidence.T @ cells) / sizes
    linked = _linked(incidence)
    sets = len({tuple(row) for row in linked.tolist()})
    df = len(value) - len(counts) - len(sizes) + sets
    residual = value - cells[cell] - blocks[block]
    variance = float(residual @ residual) / df if df > 0 else None
    return TwoWayFit(cells, blocks, covariance, linked, variance, df, counts.astype(np.int64))


def _linked(incidence: Floats) -> Bools:
    together = (incidence @ incidence.T) > 0
    for _ in range(max(1, int(np.ceil(np.log2(len(incidence) + 1))))):
        together = np.matmul(together, together)
    return together
