"""From pairs called better to places and tie groups, within leagues."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from harness.analysis.inference.leagues import leagues_of
from harness.model.found.ranking import League
from harness.model.measured.campaign import CampaignRecord
from harness.stats.ranks import rank_intervals, tie_groups


class Place(NamedTuple):
    """The best and the worst place a cell may hold in its league, and the names of its tie groups."""

    low: int | None
    high: int | None
    tie_groups: tuple[str, ...]


NO_PLACE: Final = Place(None, None, ())
"""Of what nobody chooses: a reference is there for orientation, a bare callable is a ceiling."""


def places(record: CampaignRecord, cells: Sequence[str], better: Collection[tuple[str, str]]) -> Mapping[str, Place]:
    """The place of each of `cells` (best first); `better` holds (faster, slower)."""
    held = leagues_of(record)
    leagues: dict[League, list[str]] = {}
    for cell in cells:
        if cell in held:
            leagues.setdefault(held[cell], []).append(cell)
    placed = {cell: place for members in leagues.values() for cell, place in _places(members, better).items()}
    return {cell: placed.get(cell, NO_PLACE) for cell in cells}


def _places(members: Sequence[str], better: Collection[tuple[str, str]]) -> dict[str, Place]:
    won = np.array([[(one, other) in better for other in members] for one in members])
    low, high = rank_intervals(won)
    ties = tie_groups(won | won.T)
    return {cell: Place(int(low[at]), int(high[at]), ties[at]) for at, cell in enumerate(members)}
