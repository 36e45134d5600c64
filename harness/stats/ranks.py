"""Rank intervals and tie groups: how an order is shown without claiming more than the pairs allow."""

import string
from collections.abc import Iterable, Sequence
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
            columns = _split(columns, first, second)
    ordered = sorted(columns, key=sorted)
    return tuple(tuple(name(n) for n, column in enumerate(ordered) if row in column) for row in range(count))


def name(number: int) -> str:
    """a ... z, then a1 ... z1, a2 and so on."""
    lap, place = divmod(number, 26)
    return string.ascii_lowercase[place] + (str(lap) if lap else "")


def _split(columns: Sequence[frozenset[int]], first: int, second: int) -> list[frozenset[int]]:
    """Columns of which none holds both, and none is a part of another.

    No column that stays is a part of a new one: it would have been a part of the one that is split.
    """
    both = {first, second}
    stay = [column for column in columns if not both <= column]
    split = dict.fromkeys(column - {one} for column in columns if both <= column for one in (first, second))
    return stay + [
        part for part in split if not any(part <= column for column in stay) and not _in_another(part, split)
    ]


def _in_another(part: frozenset[int], parts: Iterable[frozenset[int]]) -> bool:
    return any(part < other for other in parts)
