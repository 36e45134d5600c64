"""How figures are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.foreign import clean
from harness.report import text


@pytest.mark.parametrize(
    ("value", "written"),
    [(24931.4, "24,931"), (100, "100"), (87.34, "87.3"), (3.14159, "3.14"), (0.0412, "0.0412"), (0, "0")],
)
def test_numbers_have_as_many_digits_as_a_reader_can_use(value: float, written: str) -> None:
    assert text.number(value) == written


def test_ratios_are_written_with_three_significant_digits() -> None:
    assert [text.times(ratio) for ratio in (2.129, 0.7512, 0.05714)] == ["2.13×", "0.751×", "0.0571×"]
    assert text.times_between(0.97, 1.04) == "0.970–1.04"


def test_a_share_is_nothing_only_where_it_is_exactly_nothing() -> None:
    assert [text.share(value) for value in (0, 1e-9, 0.0004, 0.034, 0.97)] == [
        "0",
        "< 0.001 %",
        "0.04 %",
        "3.4 %",
        "97 %",
    ]


def test_what_is_absent_has_no_value_and_a_reason() -> None:
    assert text.between(None, None, "one block") == text.Figure("n/a", None, "one block")


def test_durations_and_sizes_are_told_in_the_unit_of_their_magnitude() -> None:
    assert [text.duration(value) for value in (1.44, 42.4, 432, 7530)] == ["1.4 s", "42 s", "7 min 12 s", "2 h 5 min"]
    assert [text.size(value) for value in (512, 25_000_000_000)] == ["512 bytes", "23.3 GiB"]


def test_a_moment_that_cannot_be_is_said_to_be_unknown() -> None:
    assert text.moment(1_795_332_660) == "2026-11-22 07:31 UTC"
    assert {text.moment(value) for value in (-1, 1e300, float("nan"))} == {"at an unknown time"}


@given(st.text(), st.integers(min_value=2, max_value=40))
def test_what_is_shortened_is_one_line_and_short(value: str, limit: int) -> None:
    short = text.shorten(value, limit)
    assert len(short) <= limit
    assert "\n" not in short


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_clean_can_be_written_and_is_as_long(value: str) -> None:
    cleaned = clean(value)
    cleaned.encode()
    assert len(cleaned) == len(value)
    assert clean(cleaned) == cleaned


def test_a_reason_is_told_for_all_where_most_figures_have_it_and_else_beside_each() -> None:
    one, other, known = text.absent("one block"), text.absent("no reference"), text.rate(5.0)
    assert text.common_reason([one, one, known]) == "one block"
    assert text.common_reason([one]) == "one block"
    assert text.common_reason([one, other]) == ""
    assert text.common_reason([one, known, known]) == ""
    assert text.common_reason([]) == ""


def test_no_interval_is_said_to_be_certain() -> None:
    assert [text.confidence(one) for one in (0.9998, 0.995, 0.95)] == ["99.9 %", "99.5 %", "95 %"]
