"""Rank intervals and tie groups: how an order is shown without claiming more than the pairs allow."""

import string
from collections.abc import Sequence
from itertools import combinations

import numpy as np

from harness.stats.arrays import Bools, Ints


def rank_intervals(better: Bools) -> tuple[Ints, Ints]:
    """Lowest and highest place of each, from better[i, j] = "i is significantly better than j".

    [1 + number significantly better than it, K - number significantly worse]: a simultaneous confidence set of ranks
    when the pairs hold simultaneously (Mogstad, Romano, Shaikh & Wilhelm 2024, section 3.1).
    """
    return 1 + better.sum(axis=0).astype(np.int64), len(better) - better.sum(axis=1).astype(np.int64)


def tie_groups(different: Bools) -> tuple[tuple[str, ...], ...]:
    """The names of the groups that each is in: two share one exactly when they are not different.

    Names follow the order given. A compact letter display by insert and absorb (Piepho 2004, J. Comput. Graph. Stat.
    13:456-466). `different` is symmetric.
    """
    count = len(different)
    columns: list[frozenset[int]] = [frozenset(range(count))] if count else []
    for first, second in combinations(range(count), 2):
        if different[first, second]:
            columns = _absorb([part for column in columns for part in _insert(column, first, second)])
    ordered = sorted(columns, key=sorted)
    return tuple(tuple(name(n) for n, column in enumerate(ordered) if row in column) for row in range(count))


def name(number: int) -> str:
    """a ... z, then a1 ... z1, a2 and so on."""
    lap, place = divmod(number, 26)
    return string.ascii_lowercase[place] + (str(lap) if lap else "")


def _insert(column: frozenset[int], first: int, second: int) -> Sequence[frozenset[int]]:
    return (column - {first}, column - {second}) if {first, second} <= column else (column,)


def _absorb(columns: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    unique = list(dict.fromkeys(columns))
    return [column for column in unique if not any(column < other for other in unique)]
