"""How cells are called on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.analysis.inference.leagues import league_of
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell, differences
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.machine import Interpreter
from harness.report.text import shorten


@dataclass(frozen=True, slots=True)
class Name:
    """A cell as a reader knows it. `suffix` says what else differs, where title and server alone are not unique;
    `versions` what an application outside Python runs with; `series` is the number of its application's colour, from 1.
    """

    id: str
    anchor: str
    title: str
    server: str
    suffix: str
    tier: str
    league: str
    interface: str
    language: str
    reference: bool
    twin: bool = False
    versions: str = ""
    series: int = 1

    @property
    def floor(self) -> bool:
        """Whether it is a bare callable, which is no contender."""
        return self.tier == "floor"

    @property
    def label(self) -> str:
        return f"{self.title} on {self.server} {self.suffix}".rstrip()


def names(record: CampaignRecord) -> dict[str, Name]:
    """The name of every cell that was planned, by the cell's id."""
    cells = record.plan.cells
    more, series = differences(cells), _series(record)
    return {cell.id: replace(_name(cell, record, more[cell.id]), series=series.get(cell.app, 1)) for cell in cells}


def _series(record: CampaignRecord) -> dict[str, int]:
    """A number for each application, those of the controlled tier first: with many, the last ones look like the first.
    Bare callables are all grey and need none."""
    known = ((cell.app, record.applications.get(cell.app)) for cell in record.plan.cells)
    own = {id_: app is None or app.tier != "controlled" for id_, app in known if not app or app.tier != "floor"}
    return {id_: number for number, id_ in enumerate(sorted(own, key=own.__getitem__), start=1)}


def name_of(known: Mapping[str, Name], cell: str, app: str = "", server: str = "") -> Name:
    """The name of `cell`, also where a damaged record no longer plans it."""
    if cell in known:
        return known[cell]
    return Name(
        cell,
        "",
        shorten(app or cell, 80),
        called(shorten(server or "unknown server", 80)),
        "",
        "unknown",
        "controlled",
        "",
        "",
        False,
    )


def _name(cell: Cell, record: CampaignRecord, more: str) -> Name:
    app = record.applications.get(cell.app)
    return Name(
        id=cell.id,
        anchor=cell.id,
        title=shorten(app.title, 80) if app else cell.app,
        server=called(cell.server),
        suffix=shorten(f"({more})", 80) if more else "",
        tier=app.tier if app else "unknown",
        league=league_of(app),
        interface=record.interfaces.get(cell.server) or (_interfaces(app) if app else "unknown"),
        language=shorten(app.language, 40) if app else "unknown",
        reference=cell.id == record.plan.reference,
        twin=cell.twin > 0,
        versions=_versions(record, cell),
    )


def called(server: str) -> str:
    """A server as a reader knows it: "Sanic on its own server" says more than "on own"."""
    return "its own server" if server == "own" else server


def _versions(record: CampaignRecord, cell: Cell) -> str:
    seen = record.cells.get(cell.id)
    versions = [f"{name} {version}" for name, version in seen.programs.items()] if seen else []
    return shorten(", ".join(versions), 120)


def _interfaces(app: AppManifest) -> str:
    return ", ".join(app.targets.interfaces) or "own"


def python_of(interpreter: Interpreter) -> str:
    """CPython 3.13.0t."""
    return f"{interpreter.implementation} {version_of(interpreter)}"


def version_of(interpreter: Interpreter) -> str:
    """As cells have it: with `t` where there is no global lock, and the number of a second build."""
    return interpreter.label.partition("-")[2] or interpreter.version
