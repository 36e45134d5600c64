"""From pairs called better to places and tie groups, within leagues."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np

from harness.model.asked.application import AppManifest
from harness.model.found.ranking import League
from harness.model.measured.campaign import CampaignRecord
from harness.stats.ranks import rank_intervals, tie_groups


class Place(NamedTuple):
    """The best and the worst place a cell may hold in its league, and the names of its tie groups."""

    low: int | None
    high: int | None
    tie_groups: tuple[str, ...]


NO_PLACE: Final = Place(None, None, ())
"""Of a reference: it is there for orientation."""


def places(record: CampaignRecord, cells: Sequence[str], better: Collection[tuple[str, str]]) -> Mapping[str, Place]:
    """The place of each of `cells` (best first); `better` holds (faster, slower)."""
    leagues: dict[League, list[str]] = {}
    for cell in cells:
        leagues.setdefault(league_of_cell(record, cell), []).append(cell)
    apart = leagues.pop("reference", [])
    placed = {cell: place for members in leagues.values() for cell, place in _places(members, better).items()}
    return placed | dict.fromkeys(apart, NO_PLACE)


def _places(members: Sequence[str], better: Collection[tuple[str, str]]) -> dict[str, Place]:
    won = np.array([[(one, other) in better for other in members] for one in members])
    low, high = rank_intervals(won)
    ties = tie_groups(won | won.T)
    return {cell: Place(int(low[at]), int(high[at]), ties[at]) for at, cell in enumerate(members)}


def league_of_cell(record: CampaignRecord, cell: str) -> League:
    """The league of a planned cell, by id."""
    app = next(planned.app for planned in record.plan.cells if planned.id == cell)
    return league_of(record.applications.get(app))


class Both(Protocol):
    """Two cells, by id."""

    @property
    def first(self) -> str: ...
    @property
    def second(self) -> str: ...


def ranked_together(record: CampaignRecord, pair: Both) -> bool:
    """Whether the two hold places in one league: what a campaign goes on for."""
    leagues = {league_of_cell(record, cell) for cell in (pair.first, pair.second)}
    return len(leagues) == 1 and leagues != {"reference"}


def league_of(application: AppManifest | None) -> League:
    """With whom a cell is ranked: tiers are never mixed, and neither are languages; references stand by themselves."""
    if application is None:
        return "controlled"
    if application.tier == "reference":
        return "reference"
    if application.language != "python":
        return "outside"
    return "idiomatic" if application.tier == "idiomatic" else "controlled"
