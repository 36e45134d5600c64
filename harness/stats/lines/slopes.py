"""Slopes: a straight line through a block's levels, and intervals of the slopes of several cells over blocks."""

from dataclasses import dataclass, replace

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.distributions import t_reach
from harness.stats.pairs import MOST_PRIOR_BLOCKS


@dataclass(frozen=True)
class Line:
    """y = `at_zero` + `slope` x."""

    at_zero: float
    slope: float


def weighted_line(x: Floats, y: Floats, error: Floats) -> Line:
    """The line through (x, y) by weighted least squares, each weight 1 / `error`^2 (Draper & Smith 1998, Applied
    Regression Analysis, section 9.2). At least two of `x` differ; `error` is above 0, in any unit."""
    weight = 1 / error**2
    middle_x, middle_y = np.average(x, weights=weight), np.average(y, weights=weight)
    slope = float(weight @ ((x - middle_x) * (y - middle_y)) / (weight @ (x - middle_x) ** 2))
    return Line(float(middle_y - slope * middle_x), slope)


@dataclass(frozen=True)
class SlopesFit:
    """Slopes of K cells in B blocks.

    `means`: (K,), over the blocks that hold the cell, and `blocks`: (K,), how many those are. `common`: the variance of
    one block's slope in units of the cell's scale, if cells are equally steady, with `df` degrees of freedom; None
    where there is none. `own`: (K,), as the cell itself shows it, moderated by the common one, with `own_df`.
    """

    means: Floats
    scales: Floats
    blocks: Floats
    common: float | None
    df: float
    own: Floats
    own_df: Floats

    def grown(self, times: float) -> "SlopesFit":
        """With so many times the blocks, if slopes and variances stay what they are."""
        blocks, own_df = self.blocks * times, self.own_df + self.blocks * (times - 1)
        return replace(self, blocks=blocks, df=float((blocks - 1).sum()), own_df=own_df)

    def half_widths(self, confidence: float) -> Floats:
        """(K,): of each slope by itself, each with this confidence; NaN where none can be given."""
        squared = self.scales**2 / self.blocks
        return self._wider(squared, self.own * squared, self.own_df, confidence)

    def pair_half_widths(self, confidence: float) -> Floats:
        """(K, K): of the difference of two slopes, each with this confidence; NaN where none can be given."""
        squared = self.scales**2 / self.blocks
        own = self.own * squared
        own_df = np.minimum(self.own_df[:, None], self.own_df[None, :])
        return self._wider(squared[:, None] + squared[None, :], own[:, None] + own[None, :], own_df, confidence)

    def _wider(self, squared: Floats, own: Floats, own_df: Floats, confidence: float) -> Floats:
        if self.common is None:
            return np.full_like(squared, np.nan)
        alike = t_reach(confidence, self.df) * np.sqrt(self.common * squared)
        reach = np.vectorize(lambda df: t_reach(confidence, df))(own_df)
        return np.asarray(np.maximum(alike, reach * np.sqrt(own)))


def slopes_fit(slopes: Floats, scales: Floats) -> SlopesFit:
    """Fit `slopes` (B, K), NaN where a cell was not in a block; each cell has one at least.

    `scales` (K,), above 0: what a cell's spread is in proportion to, since a slow cell's slope is as many times less
    sure. In these units all cells share a variance. As in `guarded_half_widths` of `harness.stats.pairs` the wider of
    two is taken: by that common variance, and by the cell's own moderated by it (Smyth 2004, Stat. Appl. Genet. Mol.
    Biol. 3:3), which counts for as many blocks as there are cells, at most MOST_PRIOR_BLOCKS.
    """
    blocks = np.isfinite(slopes).sum(axis=0).astype(np.float64)
    means = np.nansum(slopes, axis=0) / blocks
    squares = np.nansum(((slopes - means) / scales) ** 2, axis=0)
    own_df, df = blocks - 1, float((blocks - 1).sum())
    if df <= 0:
        nothing = np.full_like(means, np.nan)
        return SlopesFit(means, scales, blocks, None, 0.0, nothing, own_df)
    common, prior = float(squares.sum()) / df, float(min(len(means), MOST_PRIOR_BLOCKS))
    return SlopesFit(means, scales, blocks, common, df, (prior * common + squares) / (prior + own_df), prior + own_df)
