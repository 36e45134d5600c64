"""Over several scenarios: geometric means of ratios, and what each block contributes to them."""

from collections.abc import Sequence

import numpy as np

from harness.stats.arrays import Floats, Ints
from harness.stats.design import two_way_fit


def mean_effects(tables: Sequence[Floats]) -> Floats:
    """(K,): the effect of each cell, averaged over scenarios; a table a scenario, (rows, K), on the log scale.

    The exponential of a difference of two is the geometric mean, over scenarios, of their ratios: the only mean that
    orders cells alike whatever the reference (Fleming & Wallace 1986, Comm. ACM 29:218-221). NaN marks what is missing;
    a cell that is missing throughout a scenario is NaN.
    """
    return np.asarray(np.mean([_effects(table) for table in tables], axis=0))


def block_pseudo_values(tables: Sequence[Floats], blocks: Sequence[Ints]) -> Floats:
    """(B, K): what each block says of the mean effects, by leaving it out of every scenario at once.

    n theta - (n - 1) theta_(b), to be treated as independent values (Tukey 1958, Ann. Math. Stat. 29:614; Miller 1974,
    Biometrika 61:1-15). With complete data it is the block's own mean over scenarios. `blocks` names the block of each
    row of each table: a block runs all scenarios on the same live servers, so it is left out as a whole. NaN where
    leaving the block out leaves nothing of a cell.
    """
    numbers = np.unique(np.concatenate(list(blocks)))
    whole, count = mean_effects(tables), len(numbers)
    without = [mean_effects([table[of != one] for table, of in zip(tables, blocks, strict=True)]) for one in numbers]
    return np.asarray(count * whole - (count - 1) * np.array(without))


def _effects(table: Floats) -> Floats:
    """Cell effects of one scenario, summing to zero over the cells that are in it; all NaN where cells are unlinked."""
    effects = np.full(table.shape[1], np.nan)
    rows, columns = np.isfinite(table).any(axis=1), np.isfinite(table).any(axis=0)
    if rows.any():
        fit = two_way_fit(table[rows][:, columns])
        if fit.linked.all():
            effects[columns] = fit.cells
    return effects
