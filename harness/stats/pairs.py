"""All pairs of cells at once, or one pair of which one is repeated: intervals and the verdict of each pair."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, Literal

import numpy as np

from harness.stats.arrays import Bools, Floats
from harness.stats.design import TwoWayFit
from harness.stats.distributions import t_reach
from harness.stats.studentized import studentized_range_quantile

Verdict = Literal["tied", "better", "unresolved"]

MOST_PRIOR_BLOCKS: Final = 6


def kramer_half_widths(variance: float, spread: Floats, *, groups: int, df: float, confidence: float) -> Floats:
    """Half-widths of simultaneous intervals of all differences among `groups` means.

    q(groups, df) / sqrt(2) times the standard error of each difference: Tukey (1953) in the form of Kramer (1956,
    Biometrics 12:307-310) for unequal replication and of Kramer (1957, Biometrics 13:13-18) for correlated estimates.
    `variance` times `spread` is the variance of a difference.
    """
    return studentized_range_quantile(confidence, groups, df) * np.sqrt(variance * spread / 2)


def tukey_half_widths(fit: TwoWayFit, confidence: float) -> Floats:
    """(K, K) half-widths by Tukey's HSD with one variance for all; NaN where none can be given."""
    if fit.variance is None:
        return np.full_like(fit.covariance, np.nan)
    widths = kramer_half_widths(fit.variance, fit.spread(), groups=len(fit.cells), df=fit.df, confidence=confidence)
    return np.where(fit.linked, widths, np.nan)


def games_howell_half_widths(fit: TwoWayFit, confidence: float) -> Floats:
    """(K, K) half-widths where each pair has only its own variance; NaN below two common blocks.

    Games & Howell (1976, J. Educ. Stat. 1:113-125), with the differences inside blocks in the place of independent
    samples: for two cells it is the paired t interval.
    """
    variance, blocks = fit.pair_variance()
    widths = _own_df_half_widths(variance / np.maximum(blocks, 1), blocks - 1, len(fit.cells), confidence)
    return np.where(blocks > 1, widths, np.nan)


def guarded_half_widths(fit: TwoWayFit, confidence: float) -> Floats:
    """(K, K) half-widths for cells that are not equally steady: the wider of two, pair by pair; NaN where none can be
    given.

    Tukey's HSD takes one variance for all, and is too narrow for pairs that are noisier than most. Games-Howell takes
    each pair's own, and is too narrow where blocks are few and pairs many. This takes the HSD, but never less than the
    pair's own variance gives when it is moderated by the common one (Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3:3),
    which counts for as many blocks as there are cells, at most MOST_PRIOR_BLOCKS: the more cells, the better it is
    known. Two cells that are not always in the same blocks are judged by the sum of their variances. Chosen by
    simulation, see docs/decisions/simultaneous-intervals.md.
    """
    own, own_df = _own_variance(fit)
    return _guarded(fit, own, own_df, spread=fit.spread(), df=fit.df, confidence=confidence)


def forecast_half_widths(fit: TwoWayFit, blocks: int, confidence: float) -> Floats:
    """(K, K) guarded half-widths to expect after `blocks` blocks in all, if variances stay what they are and each cell
    is in as large a share of them as before."""
    own, own_df = _own_variance(fit)
    growth = blocks / len(fit.blocks)
    later = np.where(own_df > 0, (own_df + 1) * growth - 1, 0.0)
    entries = np.isfinite(fit.values).sum() * growth
    df = round(entries - len(fit.cells) - blocks + 1)
    return _guarded(fit, own, later, spread=fit.spread() / growth, df=df, confidence=confidence)


def _own_variance(fit: TwoWayFit) -> tuple[Floats, Floats]:
    """(K, K): the variance of a difference in one block as the pair itself shows it, and its degrees of freedom."""
    together, common_blocks = fit.pair_variance()
    if np.all(common_blocks == len(fit.values)):
        return together, np.maximum(common_blocks - 1, 0.0)
    single, blocks = fit.cell_variance()
    fewer = np.minimum(blocks[:, None], blocks[None, :])
    own = np.where(common_blocks < fewer, single[:, None] + single[None, :], together)
    return own, np.maximum(fewer - 1, 0.0)


def _guarded(fit: TwoWayFit, own: Floats, own_df: Floats, *, spread: Floats, df: int, confidence: float) -> Floats:
    if fit.variance is None:
        return np.full_like(own, np.nan)
    cells = len(fit.cells)
    common = kramer_half_widths(fit.variance, spread, groups=cells, df=df, confidence=confidence)
    prior = min(cells, MOST_PRIOR_BLOCKS)
    moderated = (prior * 2 * fit.variance + own_df * own) / (prior + own_df)
    guard = _own_df_half_widths(moderated * spread / 2, prior + own_df, cells, confidence)
    return np.where(fit.linked, np.where(own_df > 0, np.maximum(common, guard), common), np.nan)


def _own_df_half_widths(squared_error: Floats, df: Floats, groups: int, confidence: float) -> Floats:
    widths = np.full_like(squared_error, np.nan)
    for value in set(df[df > 0].tolist()):
        here = df == value
        widths[here] = studentized_range_quantile(confidence, groups, value) * np.sqrt(squared_error[here] / 2)
    return widths


@dataclass(frozen=True)
class Contrast:
    """One cell against another one and its repeat, the mean of both where both are there.

    `difference`: mean over `blocks` blocks. `own`: variance of the difference in one block. `repeated`: the same as the
    other cell and its repeat show it, from `repeats` blocks with both (0 blocks: there is no repeat).
    `repeat_difference`: the other cell minus its repeat; None without one.
    """

    difference: float
    own: float
    blocks: int
    repeated: float
    repeats: int
    repeat_difference: float | None

    def half_width(self, confidence: float, growth: float = 1.0) -> float:
        """Of the difference; NaN where none can be given. `growth`: how many times as many blocks there are, if
        variances stay what they are.

        The wider of two, as in `guarded_half_widths`, with Student's t for one difference: by the variance of all
        three cells together, and by the difference's own, moderated by it.
        """
        own_df, blocks = max(0.0, self.blocks * growth - 1), self.blocks * growth
        common, df = self._common(growth)
        if df <= 0:
            return float("nan")
        alike = t_reach(confidence, df) * sqrt(common / blocks)
        if not self.repeats or not own_df:
            return alike
        moderated = (common + own_df * self.own) / (1 + own_df)
        return max(alike, t_reach(confidence, 1 + own_df) * sqrt(moderated / blocks))

    def repeat_half_width(self, confidence: float) -> float:
        """Of `repeat_difference`; NaN where none can be given."""
        common, df = self._common(1.0)
        if df <= 0 or not self.repeats:
            return float("nan")
        variance = 2 * max(common, self.repeated) / WITH_A_REPEAT
        return t_reach(confidence, df) * sqrt(variance / self.repeats)

    def _common(self, growth: float) -> tuple[float, float]:
        """(the variance of a difference in one block if all cells are alike, its degrees of freedom)."""
        own_df, repeat_df = (max(0.0, count * growth - 1) for count in (self.blocks, self.repeats))
        df = own_df + repeat_df
        return ((own_df * self.own + repeat_df * self.repeated) / df if df else 0.0), df


WITH_A_REPEAT: Final = 1.5
"""Variance of one value minus the mean of two others, in units of that of a value."""


def mean_of_present(one: Floats, other: Floats) -> Floats:
    """The mean of both, or the one that is there; NaN where neither is."""
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, (one + other) / 2))


def contrast(ours: Floats, theirs: Floats, repeat: Floats) -> Contrast | None:
    """(B,) values of each cell in each block, NaN where it is missing; None where no block can be used."""
    differences = ours - mean_of_present(theirs, repeat)
    differences = differences[np.isfinite(differences)]
    if not len(differences):
        return None
    apart = (theirs - repeat)[np.isfinite(theirs - repeat)]
    return Contrast(
        difference=float(differences.mean()),
        own=float(differences.var(ddof=1)) if len(differences) > 1 else 0.0,
        blocks=len(differences),
        repeated=float(apart.var(ddof=1)) / 2 * WITH_A_REPEAT if len(apart) > 1 else 0.0,
        repeats=len(apart),
        repeat_difference=float(apart.mean()) if len(apart) else None,
    )


def verdict(difference: float, half_width: float, *, delta: float, floor: float = 0.0) -> Verdict:
    """What may be said of a pair, in this order: `tied` when the interval lies inside +-delta; `better` when it
    excludes zero and the difference is beyond the noise floor; else `unresolved`. All on one scale (here log ratio);
    a half-width of NaN leaves the pair unresolved.
    """
    tied, beyond = _said(difference, half_width, delta, floor)
    return "tied" if tied else "better" if beyond else "unresolved"


def verdicts(differences: Floats, half_widths: Floats, *, delta: float, floors: Floats) -> tuple[Bools, Bools]:
    """The same of many pairs at once: which are tied, and which are better."""
    tied, beyond = _said(differences, half_widths, delta, floors)
    return tied, beyond & ~tied


def _said(difference: Any, half_width: Any, delta: float, floor: Any) -> tuple[Any, Any]:
    """Of numbers or arrays. No comparison with NaN holds."""
    size = abs(difference)
    return size + half_width <= delta, (size > half_width) & (size > floor)
