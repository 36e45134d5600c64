"""Who takes turns with whom: groups in which every pair of cells meets equally often, over the rounds of a campaign."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import exp
from typing import Final

Met = Mapping[frozenset[str], int]
"""How often two cells were in one group so far. A pair that never was need not be in it."""

TRIES_A_CELL: Final = 400
"""Swaps of two cells that are tried, for each cell there is. 40 cells take about a tenth of a second."""

WARMEST: Final = 0.7
"""Chance of a swap that makes things worse: exp(-worse / heat), the heat falling from this to 0 (in meetings)."""


def meetings(groups: Iterable[Iterable[str]]) -> Counter[frozenset[str]]:
    """How often each pair is in one of these groups."""
    return Counter(frozenset(pair) for group in groups for pair in combinations(sorted(set(group)), 2))


def balanced_groups(cells: Sequence[str], count: int, met: Met, dice: random.Random) -> list[tuple[str, ...]]:
    """The cells in `count` groups of nearly equal size, so that those meet that have met least.

    What is made smallest is the sum of `met` over the pairs of this round, which keeps the squares of all counts
    smallest from round to round: a resolvable incomplete block design (John & Williams 1995, Cyclic and Computer
    Generated Designs, chapter 4), searched as they do by interchanges, with simulated annealing (Kirkpatrick, Gelatt &
    Vecchi 1983, Science 220:671-680). It asks what has met and not which round it is: cells may fail or be resolved on
    the way, and a campaign may be resumed.
    """
    order = dice.sample(list(cells), len(cells))
    groups = [order[start::count] for start in range(count)]
    if count > 1:
        _anneal(groups, met, dice)
    return [tuple(group) for group in groups]


def _anneal(groups: list[list[str]], met: Met, dice: random.Random) -> None:
    """Swap cells between groups in place, and leave the best grouping that was seen."""
    places = [(number, place) for number, group in enumerate(groups) for place in range(len(group))]
    cells = [cell for group in groups for cell in group]
    rows = {a: {b: met.get(frozenset((a, b)), 0) for b in cells if b != a} for a in cells}
    total = best = sum(sum(rows[a][b] for a, b in combinations(group, 2)) for group in groups)
    kept, tries = [list(group) for group in groups], TRIES_A_CELL * len(cells)
    for left in range(tries, 0, -1):
        (one, at), (other, there) = dice.choice(places), dice.choice(places)
        if one == other:
            continue
        a, b = groups[one][at], groups[other][there]
        worse = _moved(rows[b], rows[a], groups[one], a) + _moved(rows[a], rows[b], groups[other], b)
        if worse <= 0 or dice.random() < exp(-worse * tries / (WARMEST * left)):
            groups[one][at], groups[other][there] = b, a
            total += worse
            if total < best:
                best, kept = total, [list(group) for group in groups]
    groups[:] = kept


def _moved(comes: Mapping[str, int], goes: Mapping[str, int], group: Sequence[str], leaver: str) -> int:
    """By how much the meetings of a group grow when one takes the place of `leaver`."""
    return sum(comes[cell] - goes[cell] for cell in group if cell != leaver)
