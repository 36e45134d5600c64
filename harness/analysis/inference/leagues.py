"""From pairs called better to places and tie groups, within leagues."""

from collections.abc import Callable, Collection, Mapping, Sequence
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


def league_of_cell(record: CampaignRecord, cell: str) -> League:
    """The league of a planned cell, by id."""
    app = next(planned.app for planned in record.plan.cells if planned.id == cell)
    return league_of(record.applications.get(app))


def leagues_of(record: CampaignRecord) -> Mapping[str, League]:
    """The league of each planned cell that may hold a place, by id. Bare callables may where nothing else is."""
    applications = {cell.id: record.applications.get(cell.app) for cell in record.plan.cells}
    tiers = {cell: one.tier if one else "" for cell, one in applications.items()}
    apart = {"reference"} if set(tiers.values()) <= {"floor", "reference"} else {"floor", "reference"}
    return {cell: league_of(one) for cell, one in applications.items() if tiers[cell] not in apart}


class Both(Protocol):
    """Two cells, by id."""

    @property
    def first(self) -> str: ...
    @property
    def second(self) -> str: ...


def ranked_together(record: CampaignRecord) -> Callable[[Both], bool]:
    """Of two cells, whether they hold places in one league: what a campaign goes on for."""
    held = leagues_of(record)
    return lambda pair: pair.first in held and held[pair.first] == held.get(pair.second)


def league_of(application: AppManifest | None) -> League:
    """With whom a cell is ranked: tiers are never mixed, and neither are languages; references stand by themselves."""
    if application is None:
        return "controlled"
    if application.tier == "reference":
        return "reference"
    if application.language != "python":
        return "outside"
    return "idiomatic" if application.tier == "idiomatic" else "controlled"
