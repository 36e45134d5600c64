"""From pairs called better to places and letters, within leagues."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from harness.model.application import AppManifest
from harness.model.campaign import CampaignRecord
from harness.model.ranking import League
from harness.stats.ranks import compact_letters, rank_intervals


class Place(NamedTuple):
    """The best and the worst place a cell may hold in its league, and its letters."""

    low: int
    high: int
    letters: str


def places(record: CampaignRecord, cells: Sequence[str], better: Collection[tuple[str, str]]) -> Mapping[str, Place]:
    """The place of each of `cells` (best first); `better` holds (faster, slower)."""
    leagues: dict[str, list[str]] = {}
    for cell in cells:
        leagues.setdefault(league_of_cell(record, cell), []).append(cell)
    return {cell: place for members in leagues.values() for cell, place in _places(members, better).items()}


def _places(members: Sequence[str], better: Collection[tuple[str, str]]) -> dict[str, Place]:
    won = np.array([[(one, other) in better for other in members] for one in members])
    low, high = rank_intervals(won)
    letters = compact_letters(won | won.T)
    return {cell: Place(int(low[at]), int(high[at]), letters[at]) for at, cell in enumerate(members)}


def league_of_cell(record: CampaignRecord, cell: str) -> League:
    """The league of a planned cell, by id."""
    app = next(planned.app for planned in record.plan.cells if planned.id == cell)
    return league_of(record.applications.get(app))


def league_of(application: AppManifest | None) -> League:
    """With whom a cell is ranked: tiers are never mixed, and references outside Python stand by themselves."""
    if application is not None and application.language != "python":
        return "outside"
    return "idiomatic" if application is not None and application.tier == "idiomatic" else "controlled"
