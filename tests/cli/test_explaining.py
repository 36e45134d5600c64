"""The tables of `harness explain` on the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli.show.explaining import BETWEEN, beside_each_other, in_a_column


def test_columns_that_do_not_fit_beside_each_other_stand_below() -> None:
    assert beside_each_other([10, 12, 12, 12], 80) == [[1, 2, 3]]
    assert beside_each_other([10, 12, 12, 12], 44) == [[1, 2], [3]]
    assert beside_each_other([10, 200], 44) == [[1]]


@given(st.lists(st.integers(1, 40), min_size=2, max_size=20), st.integers(20, 200))
def test_every_column_is_shown_once_and_none_is_cut_that_fits(widths: list[int], room: int) -> None:
    groups = beside_each_other(widths, room)
    assert [index for group in groups for index in group] == list(range(1, len(widths)))
    for group in groups:
        assert len(group) == 1 or sum(widths[at] + BETWEEN for at in (0, *group)) <= room


@pytest.mark.parametrize(
    ("label", "shown"),
    [("Flask on waitress", "Flask on\nwaitress"), ("Bare ASGI callable on uvicorn", "Bare ASGI\ncallable on\nuvicorn")],
)
def test_a_name_over_a_column_is_as_narrow_as_its_figures(label: str, shown: str) -> None:
    assert in_a_column(label) == shown
