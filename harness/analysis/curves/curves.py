"""Throughput over the values of a setting, and what is distinguished along the way. Pure functions of a ranking."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.model.found.curve import Axis, Curve, CurvePoint
from harness.model.found.ranking import PairVerdict, RankedCell, ScenarioRanking
from harness.model.measured.campaign import CampaignRecord

AXES: Final[tuple[Axis, ...]] = get_args(Axis)
FLOOR: Final = "floor"

Verdicts = Mapping[frozenset[str], PairVerdict]


def curves_of(record: CampaignRecord, scenarios: Mapping[str, ScenarioRanking]) -> tuple[Curve, ...]:
    """A curve for each application, server and setting with figures at two values of it, in each scenario."""
    return tuple(
        curve
        for found in scenarios.values()
        for setting in AXES
        for cells in varied(record, setting)
        if (curve := _curve(record, found, setting, cells)) is not None
    )


def varied(record: CampaignRecord, setting: Axis) -> Iterator[list[Cell]]:
    """Cells that differ in the setting alone, by its value, where there are two of them."""
    alike: dict[Cell, list[Cell]] = {}
    for cell in record.plan.cells:
        if not cell.twin:
            alike.setdefault(cell.model_copy(update={setting: 0}), []).append(cell)
    for cells in alike.values():
        chosen = any(getattr(cell, setting) is not None for cell in cells)
        valued = [(value, cell) for cell in cells if chosen and (value := _value(cell, setting)) is not None]
        if len(valued) > 1:
            yield [cell for _, cell in sorted(valued, key=lambda one: one[0])]


def _value(cell: Cell, setting: Axis) -> int | None:
    """Where others have a number of threads by choice, the usual number is one as well."""
    own: int | None = getattr(cell, setting)
    return USUAL_THREADS if own is None and setting == "threads" else own


def _curve(record: CampaignRecord, found: ScenarioRanking, setting: Axis, cells: Sequence[Cell]) -> Curve | None:
    rows = {row.cell: row for row in found.rows}
    points = tuple(_point(rows[cell.id], _value(cell, setting)) for cell in cells if cell.id in rows)
    if len(points) < 2:
        return None
    beside = tuple(_point(row, None) for row in _beside(record, rows, setting, cells))
    verdicts = {frozenset((pair.first, pair.second)): pair for pair in found.pairs}
    of_cpu = {frozenset((pair.first, pair.second)): pair for pair in (found.cpu.pairs if found.cpu else ())}
    least, best, largest = points[0].cell, max(points, key=lambda point: point.rps).cell, points[-1].cell
    return Curve(
        setting=setting,
        scenario=found.scenario,
        unit=found.unit,
        points=points,
        beside=beside,
        best=best,
        enough=_enough(points, verdicts),
        gain=verdicts.get(frozenset((least, best))),
        loss=verdicts.get(frozenset((best, largest))),
        other=verdicts.get(frozenset((best, beside[0].cell))) if beside else None,
        cpu=of_cpu.get(frozenset((least, largest))),
    )


def _point(row: RankedCell, value: int | None) -> CurvePoint:
    return CurvePoint(
        cell=row.cell, value=value, rps=row.rps, rps_low=row.rps_low, rps_high=row.rps_high, cost=row.cost
    )


def _enough(points: Sequence[CurvePoint], verdicts: Verdicts) -> str:
    """The last one is enough in any case: there is no larger one."""
    return next(
        point.cell
        for at, point in enumerate(points)
        if not any(_is_better(larger.cell, point.cell, verdicts) for larger in points[at + 1 :])
    )


def _is_better(one: str, other: str, verdicts: Verdicts) -> bool:
    pair = verdicts.get(frozenset((one, other)))
    return pair is not None and pair.verdict == "better" and pair.first == one


def _beside(
    record: CampaignRecord, rows: Mapping[str, RankedCell], setting: Axis, cells: Sequence[Cell]
) -> list[RankedCell]:
    """Rows of cells that lack the setting, and are like the curve's `cells` in all others and in their league; the
    fastest first. Bare callables stand beside bare callables alone."""
    cell = cells[0]
    own = next((row for id_, row in rows.items() if id_ == cell.id), None)
    return [
        rows[other.id]
        for other in sorted(record.plan.cells, key=lambda one: -rows[one.id].rps if one.id in rows else 0.0)
        if own is not None
        and other.id in rows
        and other not in cells
        and getattr(other, setting) is None
        and all(getattr(other, name) == getattr(cell, name) for name in _OTHERS if name != setting)
        and _league(rows[other.id]) == _league(own)
    ]


_OTHERS: Final = ("workers", "pool", "database", "interpreter", "twin")


def _league(row: RankedCell) -> tuple[str, bool]:
    return row.league, row.tier == FLOOR
