"""Beside the figure of streams and WebSockets: the first event, and memory of open connections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harness.analysis.latency.percentiles import takes, time_within, times_of
from harness.load.histogram import merged
from harness.model.asked.scenario import Kind, ScenarioManifest
from harness.model.measured.campaign import CampaignRecord, CellFacts
from harness.model.measured.held import Held
from harness.report.text import Figure, absent, number
from harness.report.view.names import Name
from harness.report.view.source import Source
from harness.report.view.tables.latency import in_milliseconds

KIB: Final = 1024
CALLED: Final[Mapping[Kind, str]] = {"stream": "open stream", "websocket": "idle WebSocket"}
SHARES: Final = (0.5, 0.99)


@dataclass(frozen=True, slots=True)
class Beside:
    """A cell. `first`: milliseconds to the first event, p50 and p99, where there are events. `each`: memory that one
    open connection costs. `held`: how many were held at the same time."""

    name: Name
    first: tuple[Figure, ...]
    each: Figure
    held: Figure


@dataclass(frozen=True, slots=True)
class Open:
    """One scenario: a row for each cell that has a figure; `called`: what is held open."""

    called: str
    timed: bool
    rows: tuple[Beside, ...]


def open_connections(source: Source, scenario: ScenarioManifest) -> Open | None:
    """None where connections of the scenario do not stay open, or nothing was measured."""
    found = source.ranking.scenarios.get(scenario.id)
    if scenario.kind not in CALLED or found is None or not found.rows:
        return None
    firsts = first_events(source, scenario)
    rows = tuple(
        Beside(
            name=source.name(row.cell, row.app, row.server),
            first=tuple(_first(firsts.get(row.cell), share) for share in SHARES) if firsts else (),
            each=_each(held_by(source.record, row.cell, scenario.id)),
            held=_held(held_by(source.record, row.cell, scenario.id)),
        )
        for row in found.rows
    )
    return Open(CALLED[scenario.kind], bool(firsts), rows)


def first_events(source: Source, scenario: ScenarioManifest) -> dict[str, str]:
    """By cell, the histogram of the times to the first event, over all blocks that count."""
    by_cell: dict[str, list[str]] = {}
    for trial in source.counted(scenario):
        if trial.first_histogram:
            by_cell.setdefault(trial.cell, []).append(trial.first_histogram)
    return {cell: whole for cell, found in by_cell.items() if (whole := merged(found))}


def first_event_s(histogram: str | None, share: float) -> float | None:
    """Seconds within which a share of streams had its first event; None where too few were timed."""
    times = times_of(histogram)
    return time_within(times, times.count, share) if times.count >= takes(share) else None


def held_by(record: CampaignRecord, cell: str, scenario: str) -> Held | None:
    """What was seen of the cell's open connections."""
    return record.cells.get(cell, CellFacts()).held.get(scenario)


def _first(histogram: str | None, share: float) -> Figure:
    seconds = first_event_s(histogram, share)
    return absent(f"takes {takes(share):,} streams") if seconds is None else in_milliseconds(seconds)


def _each(held: Held | None) -> Figure:
    if held is None:
        return absent("it was not looked at")
    if held.bytes_each is None:
        return absent(held.reason or "the system did not report it")
    return Figure(f"{number(held.bytes_each / KIB)} KiB", held.bytes_each)


def _held(held: Held | None) -> Figure:
    return absent("it was not looked at") if held is None else Figure(f"{held.held:,} of {held.asked:,}", held.held)
