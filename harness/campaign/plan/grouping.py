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
"""Swaps of two cells that are tried, for each cell there is. 40 cells take some hundredths of a second."""

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
    cells = [cell for group in groups for cell in group]
    count = len(cells)
    rows = [[met.get(frozenset((a, b)), 0) if a != b else 0 for b in cells] for a in cells]
    numbers = range(len(groups))
    group_of = [number for number in numbers for _ in groups[number]]
    # How often each cell has met those that are in each group now.
    inside = [[sum(row[b] for b in range(count) if group_of[b] == number) for number in numbers] for row in rows]
    total = best = sum(inside[a][group_of[a]] for a in range(count)) // 2
    kept, tries = list(group_of), TRIES_A_CELL * count
    for left in range(tries, 0, -1):
        if not best:
            break
        a, b = int(dice.random() * count), int(dice.random() * count)
        one, other = group_of[a], group_of[b]
        if one == other:
            continue
        worse = inside[a][other] + inside[b][one] - inside[a][one] - inside[b][other] - 2 * rows[a][b]
        if worse <= 0 or dice.random() < exp(-worse * tries / (WARMEST * left)):
            group_of[a], group_of[b] = other, one
            for of, to_a, to_b in zip(inside, rows[a], rows[b], strict=True):
                of[one] += to_b - to_a
                of[other] += to_a - to_b
            total += worse
            if total < best:
                best, kept = total, list(group_of)
    groups[:] = [[cell for cell, at in zip(cells, kept, strict=True) if at == number] for number in numbers]
