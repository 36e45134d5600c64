"""Rank intervals and letters, against brute force."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.stats.arrays import Bools
from harness.stats.ranks import compact_letters, letter, rank_intervals


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


def test_letters_of_a_chain_overlap() -> None:
    different = np.zeros((3, 3), dtype=bool)
    different[0, 2] = different[2, 0] = True
    assert compact_letters(different) == ("a", "ab", "b")


@given(relations())
def test_two_share_a_letter_exactly_when_they_are_not_different(different: Bools) -> None:
    letters = compact_letters(different)
    for one, other in combinations(range(len(different)), 2):
        assert bool(set(letters[one]) & set(letters[other])) != different[one, other]


@given(relations())
def test_each_letter_is_a_largest_group_of_cells_not_told_apart(different: Bools) -> None:
    everyone = range(len(different))
    alike = [
        set(group)
        for size in range(1, len(different) + 1)
        for group in combinations(everyone, size)
        if not any(different[one, other] for one, other in combinations(group, 2))
    ]
    largest = {frozenset(group) for group in alike if not any(group < other for other in alike)}
    letters = compact_letters(different)
    groups = {frozenset(row for row in everyone if name in letters[row]) for name in set("".join(letters))}
    assert groups == largest


def test_nobody_needs_no_letters() -> None:
    assert compact_letters(np.zeros((0, 0), dtype=bool)) == ()


@pytest.mark.parametrize(("number", "name"), [(0, "a"), (25, "z"), (26, "a1"), (53, "b2")])
def test_letters_go_on_after_z(number: int, name: str) -> None:
    assert letter(number) == name
