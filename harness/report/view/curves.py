"""What the charts of a scenario are drawn from."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import geometric_mean, median
from typing import Final

from hdrh.histogram import HdrHistogram

from harness.analysis.latency.percentiles import MIN_BEYOND, takes, time_within, times_of
from harness.load.histogram import empty
from harness.model.asked.request import Level
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.curve import Axis, CurvePoint
from harness.model.found.ranking import RankedCell, ScenarioRanking
from harness.model.measured.latency import LatencyRow
from harness.model.measured.trial import Trial
from harness.report.charts.agreement import Agreement, against
from harness.report.charts.cost import Cost
from harness.report.charts.cpu import Cpu
from harness.report.charts.drawing.lines import Line
from harness.report.charts.percentiles import SHOWN
from harness.report.charts.settings import Over
from harness.report.charts.slopes import Sloping
from harness.report.charts.split import DATA, DATABASE, FRAMEWORK, REST, SERIALISER, SERVER, Split
from harness.report.view.names import Name
from harness.report.view.sections.settings.curves import titles
from harness.report.view.source import Source
from harness.report.view.tables.costs import MIB, NOTHING, costs
from harness.report.windows import UNREADABLE

_AT: Final = (0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999)
"""Shares at which a curve of response times has a point."""


def agreements(source: Source, found: ScenarioRanking) -> list[Agreement]:
    """Every ranked cell against the reference, block by block."""
    by_block = {row.cell: dict(zip(row.block_numbers, row.block_rps, strict=True)) for row in found.rows}
    reference = by_block.get(source.ranking.reference, {})
    return [
        Agreement(
            label=_label(source, row),
            ratio=row.ratio,
            low=row.ratio_low,
            high=row.ratio_high,
            blocks=against(by_block[row.cell], reference),
            floor=row.tier == "floor",
            app=source.name(row.cell, row.app, row.server).title,
            series=source.name(row.cell).series,
            cell=row.cell,
        )
        for row in found.rows
        if row.ratio is not None and row.cell != source.ranking.reference
    ]


def framework_costs(source: Source, scenario: ScenarioManifest) -> list[Cost]:
    """What each framework costs over the bare callable on its server, as the analysis tells it."""
    return [
        Cost(
            label=source.name(effect.cell).label,
            floor_label=source.name(effect.base).label,
            floor_us=effect.base_microseconds,
            extra_us=effect.microseconds,
            extra_low_us=effect.low,
            extra_high_us=effect.high,
            app=source.name(effect.cell).title,
            series=source.name(effect.cell).series,
            cell=effect.cell,
        )
        for effect in source.ranking.effects
        if effect.kind == "framework" and effect.scenario == scenario.id
    ]


def cpu_parts(source: Source, scenario: ScenarioManifest) -> list[Cpu]:
    """CPU time per request by part, of every cell with a bare callable on its server, if the database's is known."""
    costed = costs(source, scenario)
    found = []
    for effect in source.ranking.effects:
        if effect.kind == "framework" and effect.scenario == scenario.id:
            own, bare = costed.get(effect.cell, NOTHING), costed.get(effect.base, NOTHING).cpu.value
            if own.cpu.value is not None and own.service.value is not None and bare is not None:
                name = source.name(effect.cell)
                found.append(Cpu(name.label, bare, own.cpu.value - bare, own.service.value, name.title, name.id))
    return found


SPLIT: Final = {
    "kernel": SERVER,
    "server": SERVER,
    "event-loop": SERVER,
    "framework": FRAMEWORK,
    "validation": FRAMEWORK,
    "telemetry": FRAMEWORK,
    "serialiser": SERIALISER,
    "template-engine": SERIALISER,
    "driver": DATA,
    "orm": DATA,
}
"""Which part of the picture a layer belongs to; the others are the rest."""


def splits(source: Source, scenario: ScenarioManifest) -> list[Split]:
    """Of every profiled cell, with the database's own CPU time where the campaign knows it."""
    costed, found = costs(source, scenario), source.explanations.get(scenario.id)
    rows = []
    for cell in found.cells if found else ():
        parts: defaultdict[str, float] = defaultdict(float)
        for layer, amount in cell.layers.items():
            parts[SPLIT.get(layer, REST)] += amount.us
        name, database = source.name(cell.cell), costed.get(cell.cell, NOTHING).service.value
        rows.append(Split(name.label, {**parts, **({DATABASE: database} if database else {})}, name.title, name.id))
    return rows


def throughputs(source: Source, scenario: ScenarioManifest) -> list[Line]:
    """The figure of every cell at each level: the median slice of a block, the geometric mean over blocks."""
    rates: dict[str, dict[float, list[float]]] = {}
    for level in scenario.levels:
        for trial in source.counted(scenario, level):
            rate = scenario.rank.figure(median(trial.rates)) if trial.rates else 0.0
            if rate > 0:
                rates.setdefault(trial.cell, {}).setdefault(place(scenario, level), []).append(rate)
    line = _liner(source, scenario)
    return [
        line(name, tuple((x, geometric_mean(found)) for x, found in sorted(rates[name.id].items())))
        for name in source.contestants
        if name.id in rates
    ]


def slopes(source: Source, scenario: ScenarioManifest) -> list[Sloping]:
    """Microseconds per request of every cell against the level's n, with intervals over blocks."""
    found, line = source.ranking.scenarios.get(scenario.id), _liner(source, scenario)
    return [
        Sloping(
            line(source.name(row.cell), tuple((float(point.n), point.microseconds) for point in row.points)),
            tuple((point.low, point.high) for point in row.points),
        )
        for row in (found.slopes.rows if found and found.slopes else ())
    ]


def memories(source: Source, scenario: ScenarioManifest, found: ScenarioRanking) -> list[Line]:
    """One point per cell: MiB under load, and the figure as ranked."""
    costed, line = costs(source, scenario), _liner(source, scenario)
    return [
        line(source.name(row.cell, row.app, row.server), ((memory / MIB, row.rps),))
        for row in found.rows
        if row.rps > 0 and (memory := costed.get(row.cell, NOTHING).memory.value) is not None
    ]


def over_setting(source: Source, scenario: str, setting: Axis) -> tuple[list[Over], list[Over]]:
    """The curves over a setting, and the configurations beside them that have no such setting."""
    found = [curve for curve in source.curves if (curve.scenario, curve.setting) == (scenario, setting)]
    beside = {point.cell: point for curve in found for point in curve.beside}
    called = titles(source, found)
    curves = [_over(source, curve.best, title, curve.points) for curve, title in zip(found, called, strict=True)]
    return curves, [_over(source, cell, source.name(cell).label, (point,)) for cell, point in beside.items()]


def _over(source: Source, cell: str, title: str, points: Sequence[CurvePoint]) -> Over:
    name = source.name(cell)
    places = [(float(point.value or 1), point) for point in points]
    line = Line(
        label=title,
        points=tuple((x, point.rps) for x, point in places),
        floor=name.floor,
        app=name.title,
        rps=max(point.rps for point in points),
        series=name.series,
        cell=cell,
    )
    bounds = ((x, point.rps_low, point.rps_high) for x, point in places)
    return Over(line, tuple((x, low, high) for x, low, high in bounds if low and high))


def of(scenario: ScenarioManifest) -> str:
    """What the levels of a scenario differ in: its parameter where that varies, else the connections."""
    return "rows asked for" if len({level.n for level in scenario.levels}) > 1 else "connections"


def place(scenario: ScenarioManifest, level: Level) -> float:
    """Where on the x axis a level lies."""
    return float(level.n or 1) if of(scenario) == "rows asked for" else float(level.connections)


@dataclass(frozen=True, slots=True)
class Latencies:
    """Percentile curves, and how many histograms could not be read."""

    lines: list[Line]
    unreadable: int


def latencies(source: Source, scenario: ScenarioManifest) -> Latencies:
    """Response times at the ranking level, all blocks of a cell merged; points are (share, milliseconds)."""
    merged, unreadable = _merged(trial for trial in source.counted(scenario) if trial.histogram)
    line = _liner(source, scenario)
    lines = [line(name, _percentiles(merged[name.id])) for name in source.contestants if name.id in merged]
    return Latencies([found for found in lines if found.points], unreadable)


def _merged(trials: Iterable[Trial]) -> tuple[Mapping[str, HdrHistogram], int]:
    merged: dict[str, HdrHistogram] = {}
    unreadable = 0
    for trial in trials:
        try:
            merged.setdefault(trial.cell, empty()).decode_and_add(trial.histogram)
        except UNREADABLE:
            unreadable += 1
    return merged, unreadable


def _percentiles(histogram: HdrHistogram) -> tuple[tuple[float, float], ...]:
    answers = int(histogram.get_total_count())
    shares = [share for share in SHOWN if answers * (1 - share) >= MIN_BEYOND]
    values = histogram.get_percentile_to_value_dict([100 * share for share in shares])
    return tuple((share, float(values[100 * share]) / 1000) for share in shares)


def offered(source: Source, scenario: ScenarioManifest) -> list[Line]:
    """Response times at a fixed rate, from the due moment, all windows of a cell merged; (share, milliseconds)."""
    line = _liner(source, scenario)
    lines = [
        line(source.name(row.cell, row.app, row.server), _times(row))
        for row in source.latency.get(scenario.id, ())
        if row.histogram
    ]
    return [found for found in lines if found.points]


def _times(row: LatencyRow) -> tuple[tuple[float, float], ...]:
    """Where enough requests lie beyond the share, and as far as requests were answered at all."""
    times = times_of(row.histogram)
    found = ((share, time_within(times, row.offered, share)) for share in _AT if row.offered >= takes(share))
    return tuple((share, 1000 * seconds) for share, seconds in found if seconds)


def _liner(source: Source, scenario: ScenarioManifest) -> Callable[[Name, tuple[tuple[float, float], ...]], Line]:
    """Makes the line of a cell."""
    found = source.ranking.scenarios.get(scenario.id)
    rps = {row.cell: row.rps for row in found.rows} if found else {}
    return lambda name, points: Line(
        name.label, points, name.floor, name.title, rps.get(name.id, 0.0), name.series, name.id
    )


def _label(source: Source, row: RankedCell) -> str:
    return source.name(row.cell, row.app, row.server).label
