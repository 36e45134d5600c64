"""With whom a cell is ranked."""

from collections.abc import Callable, Mapping
from typing import Protocol

from harness.model.asked.application import AppManifest
from harness.model.found.ranking import League
from harness.model.measured.campaign import CampaignRecord


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
