"""The lines that join what is not distinguished."""

from harness.model.found.ranking import RankedCell
from harness.report.view.tables.rails import rails, undecided_groups


def row(cell: str, *groups: str) -> RankedCell:
    return RankedCell.model_construct(cell=cell, tie_groups=groups)


ROWS = [row("a", "1"), row("b", "1", "2"), row("floor"), row("c", "2"), row("d", "3")]


def tied(one: str, other: str) -> bool:
    """All but b and c, which are undecided."""
    return {one, other} != {"b", "c"}


def test_a_solid_line_joins_what_is_tied_and_a_broken_one_what_is_undecided() -> None:
    assert rails(ROWS, tied) == [
        ("start", ""),
        ("end", "start open"),
        ("", "through open"),
        ("", "end open"),
        ("", ""),
    ]


def test_in_words_a_group_with_an_undecided_pair_is_no_tie() -> None:
    assert undecided_groups(ROWS, tied) == {"2"}
    assert undecided_groups(ROWS, lambda *_: True) == frozenset()
