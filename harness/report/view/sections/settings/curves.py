"""Throughput over the values of a setting: the figures of each point, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.model.asked.cell import differences
from harness.model.asked.counting import Unit
from harness.model.found.curve import Axis, Curve, CurvePoint
from harness.report.text import Figure, between, rate
from harness.report.view.names import Name
from harness.report.view.sections.settings.sentences import says, value_in_words
from harness.report.view.source import Source
from harness.report.view.tables.costs import CellCosts, costs_in_words

TITLES: Final[Mapping[Axis, str]] = {
    "workers": "workers",
    "threads": "threads of a worker",
    "runtime_threads": "runtime threads of a worker",
    "pool": "connection pool",
}


@dataclass(frozen=True, slots=True)
class PointRow:
    """One configuration of a curve, or one beside it that has no such setting; `value` is empty of the latter."""

    name: Name
    curve: str
    value: str
    rps: Figure
    interval: Figure
    costs: CellCosts


@dataclass(frozen=True, slots=True)
class CurveText:
    """One curve: its name, and what follows from it."""

    title: str
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CurveSection:
    """All curves over one setting in one scenario."""

    setting: Axis
    title: str
    unit: Unit
    curves: tuple[CurveText, ...]
    rows: tuple[PointRow, ...]


def curve_sections(source: Source, scenario: str) -> tuple[CurveSection, ...]:
    """A section for each setting that has several values in the scenario."""
    found = [curve for curve in source.curves if curve.scenario == scenario]
    settings = dict.fromkeys(curve.setting for curve in found)
    return tuple(_section(source, setting, [one for one in found if one.setting == setting]) for setting in settings)


def titles(source: Source, curves: Sequence[Curve]) -> list[str]:
    """Flask on gunicorn-gthread (2 workers): the curve's configurations without the setting that varies."""
    cells = {cell.id: cell for cell in source.record.plan.cells}
    bare = [cells[curve.points[0].cell].model_copy(update={curve.setting: 1}) for curve in curves]
    more = differences(bare)
    found = []
    for curve, cell in zip(curves, bare, strict=True):
        name = source.name(curve.points[0].cell)
        found.append(f"{name.title} on {name.server}" + (f" ({it})" if (it := more[cell.id]) else ""))
    return found


def sentences(source: Source, curve: Curve) -> tuple[str, ...]:
    """What follows from the curve, with its neighbours called as on the page."""
    return says(curve, lambda cell: source.name(cell).label)


def _section(source: Source, setting: Axis, curves: Sequence[Curve]) -> CurveSection:
    called = titles(source, curves)
    rows = [
        _row(source, curve, title, one) for curve, title in zip(curves, called, strict=True) for one in curve.points
    ]
    beside = {point.cell: _row(source, curve, "", point) for curve in curves for point in curve.beside}
    return CurveSection(
        setting=setting,
        title=TITLES[setting],
        unit=curves[0].unit,
        curves=tuple(CurveText(title, sentences(source, one)) for title, one in zip(called, curves, strict=True)),
        rows=(*rows, *beside.values()),
    )


def _row(source: Source, curve: Curve, title: str, point: CurvePoint) -> PointRow:
    name = source.name(point.cell)
    return PointRow(
        name=name,
        curve=title or name.label,
        value="" if point.value is None else value_in_words(curve.setting, point.value).removeprefix("a "),
        rps=rate(point.rps),
        interval=between(point.rps_low, point.rps_high, "too few blocks for an interval"),
        costs=costs_in_words(point.cost),
    )
