"""What the charts of a scenario are drawn from."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import geometric_mean, median
from typing import Final

from hdrh.codec import HdrCookieException, HdrLengthException
from hdrh.histogram import HdrHistogram

from harness.load.histogram import empty
from harness.model.ranking import RankedCell, ScenarioRanking
from harness.model.scenario import Level, ScenarioManifest
from harness.model.trial import Trial
from harness.report.charts.agreement import Agreement, against
from harness.report.charts.cost import Cost
from harness.report.charts.lines import Line
from harness.report.charts.percentiles import LEAST_BEYOND, SHOWN
from harness.report.view.source import Source

_UNREADABLE: Final = (ValueError, IndexError, zlib.error, HdrCookieException, HdrLengthException)


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
        )
        for row in found.rows
        if row.ratio is not None and row.cell != source.ranking.reference
    ]


def costs(source: Source, found: ScenarioRanking) -> list[Cost]:
    """Every application that shares server, workers, database and interpreter with a bare callable of its kind."""
    floors = {_place(source, row): row for row in found.rows if row.tier == "floor"}
    pairs = [(row, floors.get(_place(source, row))) for row in found.rows if row.tier != "floor"]
    return [_cost(source, found, row, floor) for row, floor in pairs if floor is not None and row.rps > 0]


def _cost(source: Source, found: ScenarioRanking, row: RankedCell, floor: RankedCell) -> Cost:
    """A request takes 1/rate of each busy worker; the extra share is the ratio of the two rates minus 1."""
    floor_us = 1e6 * _busy_workers(source, floor.cell) / floor.rps
    pair = source.pair(found.scenario, floor.cell, row.cell)
    ratio, low, high = (floor.rps / row.rps, None, None) if pair is None else (pair.ratio, pair.low, pair.high)
    if pair is not None and pair.first != floor.cell:
        ratio, low, high = 1 / ratio, None if high is None else 1 / high, None if low is None else 1 / low
    return Cost(
        label=_label(source, row),
        floor_label=_label(source, floor),
        floor_us=floor_us,
        extra_us=floor_us * (ratio - 1),
        extra_low_us=None if low is None else floor_us * (low - 1),
        extra_high_us=None if high is None else floor_us * (high - 1),
    )


def _place(source: Source, row: RankedCell) -> tuple[object, ...]:
    """What a cell and its bare callable must have in common."""
    for cell in source.record.plan.cells:
        if cell.id == row.cell:
            return (cell.server, cell.workers, cell.database, cell.interpreter)
    return (row.cell,)


def _busy_workers(source: Source, cell_id: str) -> int:
    """Workers that can run at once: no more than the servers have cores."""
    cores = len(source.record.machine.cores.server) or source.record.machine.logical_cpus
    return min(cores, next((cell.workers for cell in source.record.plan.cells if cell.id == cell_id), 1))


def throughputs(source: Source, scenario: ScenarioManifest, trials: Iterable[Trial]) -> list[Line]:
    """Requests a second of every cell at each level, from passing trials of completed blocks."""
    counted = set(source.record.completed_blocks)
    rates: dict[str, dict[float, list[float]]] = {}
    for trial in trials:
        rate = median(trial.rates) if trial.rates else 0.0
        if trial.block in counted and not trial.failed_gates and rate > 0:
            rates.setdefault(trial.cell, {}).setdefault(place(scenario, trial.level), []).append(rate)
    return [
        Line(name.label, tuple((x, geometric_mean(found)) for x, found in sorted(rates[name.id].items())), floor=floor)
        for name, floor in ((name, name.tier == "floor") for name in source.contestants)
        if name.id in rates
    ]


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


def latencies(source: Source, trials: Sequence[Trial]) -> Latencies:
    """Response times at the ranking level, all blocks of a cell merged; points are (share, milliseconds)."""
    counted = set(source.record.completed_blocks)
    passing = [trial for trial in trials if trial.block in counted and not trial.failed_gates and trial.histogram]
    merged, unreadable = _merged(passing)
    lines = [
        Line(name.label, _percentiles(merged[name.id]), floor=name.tier == "floor")
        for name in source.contestants
        if name.id in merged
    ]
    return Latencies([line for line in lines if line.points], unreadable)


def _merged(trials: Iterable[Trial]) -> tuple[Mapping[str, HdrHistogram], int]:
    merged: dict[str, HdrHistogram] = {}
    unreadable = 0
    for trial in trials:
        try:
            merged.setdefault(trial.cell, empty()).decode_and_add(trial.histogram)
        except _UNREADABLE:
            unreadable += 1
    return merged, unreadable


def _percentiles(histogram: HdrHistogram) -> tuple[tuple[float, float], ...]:
    answers = int(histogram.get_total_count())
    return tuple(
        (share, float(histogram.get_value_at_percentile(100 * share)) / 1000)
        for share in SHOWN
        if answers * (1 - share) >= LEAST_BEYOND
    )


def _label(source: Source, row: RankedCell) -> str:
    return source.name(row.cell, row.app, row.server).label
