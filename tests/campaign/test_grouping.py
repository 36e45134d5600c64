"""Groups of cells beyond eight: who meets whom over the rounds of a campaign."""

import random
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from time import process_time

import pytest

from harness.campaign.plan.grouping import Met, balanced_groups, meetings
from harness.campaign.plan.next_round import met_so_far
from tests.analysis.campaigns import campaign, cell, trial

Grouping = Callable[[list[str], int, Met, random.Random], list[tuple[str, ...]]]
ROOM = 6
"""Beside the reference and its twin."""


def at_random(cells: list[str], count: int, met: Met, dice: random.Random) -> list[tuple[str, ...]]:
    order = dice.sample(cells, len(cells))
    return [tuple(order[start::count]) for start in range(count)]


def counts(others: int, rounds: int, grouping: Grouping = balanced_groups) -> list[int]:
    """How often each pair of so many cells meets in so many rounds."""
    cells, met = [f"cell-{number}" for number in range(others)], Counter[frozenset[str]]()
    for turn in range(rounds):
        groups = grouping(cells, -(-others // ROOM), met, random.Random(f"1:{turn}"))
        assert sorted(name for group in groups for name in group) == sorted(cells)
        assert max(map(len, groups)) - min(map(len, groups)) <= 1
        met += meetings(groups)
    return [met[frozenset(pair)] for pair in combinations(cells, 2)]


def unevenness(found: list[int]) -> float:
    mean = sum(found) / len(found)
    return sum((count - mean) ** 2 for count in found) / len(found)


# Where the mean is no whole number, the least there can be is (part after the point) x (1 - part after the point).
@pytest.mark.parametrize("rounds", [6, 12])
@pytest.mark.parametrize("cells", [9, 14, 20, 40])
def test_pairs_meet_far_more_evenly_than_in_random_groups(cells: int, rounds: int) -> None:
    found, by_chance = counts(cells - 2, rounds), counts(cells - 2, rounds, at_random)
    assert sum(found) == sum(by_chance)
    assert max(found) - min(found) < max(by_chance) - min(by_chance)
    part = sum(found) / len(found) % 1
    least = part * (1 - part)
    assert unevenness(found) - least < (unevenness(by_chance) - least) / 2


@pytest.mark.parametrize(("cells", "rounds", "each"), [(9, 7, 3), (10, 7, 3), (13, 11, 5), (14, 11, 5)])
def test_where_a_balanced_design_exists_for_two_groups_it_is_found(cells: int, rounds: int, each: int) -> None:
    assert set(counts(cells - 2, rounds)) == {each}


def test_two_that_never_met_are_brought_together_as_soon_as_they_can_be() -> None:
    cells = [f"cell-{number}" for number in range(12)]
    met = Counter(frozenset(pair) for pair in combinations(cells, 2))
    for pair in (("cell-0", "cell-7"), ("cell-3", "cell-9")):
        met[frozenset(pair)] = 0
    together = meetings(balanced_groups(cells, 2, met, random.Random(1)))
    assert together[frozenset(("cell-0", "cell-7"))] == together[frozenset(("cell-3", "cell-9"))] == 1


def test_the_same_seed_gives_the_same_groups_and_another_others() -> None:
    cells = [f"cell-{number}" for number in range(14)]
    once, again, other = (balanced_groups(cells, 3, {}, random.Random(seed)) for seed in (1, 1, 2))
    assert once == again != other


def test_grouping_four_times_the_cells_costs_less_than_their_sixteenfold_pairs() -> None:
    def cost_s(cells: int) -> float:
        started = process_time()
        counts(cells, 3)
        return process_time() - started

    assert cost_s(76) < 16 * cost_s(19)


def test_only_complete_blocks_are_meetings() -> None:
    cells = [cell(name) for name in ("reference", "a", "b")]
    trials = [trial(one.id, block, [1.0], name) for one in cells for block in (0, 1) for name in ("json", "db")]
    met = met_so_far(campaign(cells, ("json", "db"), blocks=1), trials)
    assert met == {frozenset((one.id, other.id)): 1 for one, other in combinations(cells, 2)}
