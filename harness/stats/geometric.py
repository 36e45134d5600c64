"""Over several scenarios: geometric means of ratios, and what each block contributes to them."""

import numpy as np

from harness.stats.arrays import Floats
from harness.stats.design import two_way_fit


def mean_effects(tables: Floats) -> Floats:
    """(K,): the effect of each cell, averaged over scenarios, of values[scenario, block, cell] on the log scale.

    The exponential of a difference of two is the geometric mean, over scenarios, of their ratios: the only mean that
    orders cells alike whatever the reference (Fleming & Wallace 1986, Comm. ACM 29:218-221). NaN marks what is missing;
    a cell that is missing throughout a scenario is NaN.
    """
    return np.asarray(np.mean([_effects(table) for table in tables], axis=0))


def block_pseudo_values(tables: Floats) -> Floats:
    """(B, K): what each block says of the mean effects, by leaving it out of every scenario at once.

    n theta - (n - 1) theta_(b), to be treated as independent values (Tukey 1958, Ann. Math. Stat. 29:614; Miller 1974,
    Biometrika 61:1-15). With complete data it is the block's own mean over scenarios. A block runs all scenarios on the
    same live servers, so it is left out as a whole. NaN where leaving the block out leaves nothing of a cell.
    """
    count = tables.shape[1]
    whole = mean_effects(tables)
    without = np.array([mean_effects(np.delete(tables, block, axis=1)) for block in range(count)])
    return np.asarray(count * whole - (count - 1) * without)


def _effects(table: Floats) -> Floats:
    """Cell effects of one scenario, summing to zero over the cells that are in it; all NaN where cells are unlinked."""
    effects = np.full(table.shape[1], np.nan)
    rows, columns = np.isfinite(table).any(axis=1), np.isfinite(table).any(axis=0)
    if rows.any():
        fit = two_way_fit(table[rows][:, columns])
        if fit.linked.all():
            effects[columns] = fit.cells
    return effects
