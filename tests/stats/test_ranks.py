"""Rank intervals and tie groups, against brute force."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.arrays import Bools
from harness.stats.ranks import name, rank_intervals, tie_groups


@st.composite
def relations(draw: st.DrawFn) -> Bools:
    """A symmetric relation "different" among up to seven."""
    count = draw(st.integers(1, 7))
    different = np.zeros((count, count), dtype=bool)
    for one, other in combinations(range(count), 2):
        different[one, other] = different[other, one] = draw(st.booleans())
    return different


def test_nothing_told_apart_leaves_every_place_open() -> None:
    low, high = rank_intervals(np.zeros((4, 4), dtype=bool))
    assert low.tolist() == [1] * 4
    assert high.tolist() == [4] * 4


def test_everything_told_apart_gives_the_order() -> None:
    low, high = rank_intervals(np.triu(np.ones((4, 4), dtype=bool), 1))
    assert low.tolist() == high.tolist() == [1, 2, 3, 4]


def test_a_cell_told_apart_from_the_first_only_may_hold_any_later_place() -> None:
    better = np.zeros((3, 3), dtype=bool)
    better[0, 2] = True
    low, high = rank_intervals(better)
    assert list(zip(low.tolist(), high.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3)]


def test_tie_groups_of_a_chain_overlap() -> None:
    different = np.zeros((3, 3), dtype=bool)
    different[0, 2] = different[2, 0] = True
    assert tie_groups(different) == (("a",), ("a", "b"), ("b",))


@given(relations())
def test_two_share_a_tie_group_exactly_when_they_are_not_different(different: Bools) -> None:
    named = tie_groups(different)
    for one, other in combinations(range(len(different)), 2):
        assert bool(set(named[one]) & set(named[other])) != different[one, other]


@given(relations())
def test_each_tie_group_is_a_largest_set_of_cells_not_told_apart(different: Bools) -> None:
    everyone = range(len(different))
    alike = [
        set(group)
        for size in range(1, len(different) + 1)
        for group in combinations(everyone, size)
        if not any(different[one, other] for one, other in combinations(group, 2))
    ]
    largest = {frozenset(group) for group in alike if not any(group < other for other in alike)}
    named = tie_groups(different)
    groups = {frozenset(row for row in everyone if group in named[row]) for group in chain(*named)}
    assert groups == largest


def test_nobody_needs_no_tie_group() -> None:
    assert tie_groups(np.zeros((0, 0), dtype=bool)) == ()


@pytest.mark.parametrize(("number", "called"), [(0, "a"), (25, "z"), (26, "a1"), (53, "b2")])
def test_names_go_on_after_z(number: int, called: str) -> None:
    assert name(number) == called


def test_of_more_than_26_tie_groups_no_two_share_a_part_of_their_names() -> None:
    """In a chain of 60 each is not told apart from its neighbours alone: 59 groups of two."""
    places = np.arange(60)
    different = np.abs(places[:, None] - places) > 1
    named = tie_groups(different)
    assert len(set(chain(*named))) == 59
    for one, other in combinations(places.tolist(), 2):
        assert bool(set(named[one]) & set(named[other])) != different[one, other]
