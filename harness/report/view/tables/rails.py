"""Lines beside a table that join what is not distinguished: solid where it is tied, broken where it is undecided."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

from harness.model.found.ranking import RankedCell

MOST_LANES: Final = 12
"""Beyond them nobody follows a line: the cells that a row is not distinguished from are counted instead."""


Tied = Callable[[str, str], bool]
"""Whether two cells, by id, were found to be equal."""


def rails(rows: Sequence[RankedCell], tied: Tied) -> list[tuple[str, ...]]:
    """What each row shows in each lane: start, middle or end of a rail, through (it passes by), or nothing; with "open"
    behind it where some of the rows that the rail joins are not tied but undecided.

    A rail joins the rows of a tie group of two or more. Those that do not meet take turns in one lane. Without any lane
    where it would take too many.
    """
    lanes = _lanes(rows)
    if len(lanes) > MOST_LANES:
        return [()] * len(rows)
    return [tuple(_piece(lane, index, rows, tied) for lane in lanes) for index in range(len(rows))]


def undecided_groups(rows: Sequence[RankedCell], tied: Tied) -> frozenset[str]:
    """Tie groups of two or more in which some pair is not tied."""
    names = {name for row in rows for name in row.tie_groups}
    members = {name: [row.cell for row in rows if name in row.tie_groups] for name in names}
    return frozenset(name for name, held in members.items() if not _all_tied(held, tied))


def _all_tied(cells: Sequence[str], tied: Tied) -> bool:
    return all(tied(one, other) for one, other in combinations(cells, 2))


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


def _piece(lane: Sequence[Sequence[int]], index: int, rows: Sequence[RankedCell], tied: Tied) -> str:
    held = next((held for held in lane if held[0] <= index <= held[-1]), None)
    if held is None:
        return ""
    place = "middle" if index in held else "through"
    place = {held[0]: "start", held[-1]: "end"}.get(index, place)
    return place if _all_tied([rows[member].cell for member in held], tied) else f"{place} open"
