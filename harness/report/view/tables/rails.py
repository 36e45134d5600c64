"""The lines beside a table that join what is not distinguished."""

from collections.abc import Sequence
from typing import Final

from harness.model.found.ranking import RankedCell

MOST_LANES: Final = 12
"""Beyond them nobody follows a line: the cells that a row is not distinguished from are counted instead."""


def rails(rows: Sequence[RankedCell]) -> list[tuple[str, ...]]:
    """What each row shows in each lane: start, middle or end of a rail, through (it passes by), or nothing.

    A rail joins the rows of a tie group of two or more. Those that do not meet take turns in one lane. Without any lane
    where it would take too many.
    """
    lanes = _lanes(rows)
    if len(lanes) > MOST_LANES:
        return [()] * len(rows)
    return [tuple(_piece(lane, index) for lane in lanes) for index in range(len(rows))]


def alike(rows: Sequence[RankedCell], index: int) -> int:
    """How many other rows this one is not distinguished from."""
    mine = set(rows[index].tie_groups)
    return sum(not mine.isdisjoint(row.tie_groups) for at, row in enumerate(rows) if at != index)


def _lanes(rows: Sequence[RankedCell]) -> list[list[list[int]]]:
    lanes: list[list[list[int]]] = []
    for members in _ties(rows):
        lane = next((lane for lane in lanes if lane[-1][-1] < members[0]), None)
        if lane is None:
            lanes.append([members])
        else:
            lane.append(members)
    return lanes


def _ties(rows: Sequence[RankedCell]) -> list[list[int]]:
    """The rows of each tie group of two or more, by their first row."""
    members: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for name in row.tie_groups:
            members.setdefault(name, []).append(index)
    return [held for held in members.values() if len(held) > 1]


def _piece(lane: Sequence[Sequence[int]], index: int) -> str:
    held = next((held for held in lane if held[0] <= index <= held[-1]), None)
    if held is None:
        return ""
    if index == held[0]:
        return "start"
    if index == held[-1]:
        return "end"
    return "middle" if index in held else "through"
