"""Response times at a fixed rate, and rates under a limit, as they are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.analysis.latency.percentiles import MIN_BEYOND
from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.latency import CapacityRow, LatencyRow, Percentile
from harness.report.text import Figure, absent, count, number, percent, rate, share, shorten
from harness.report.view.names import Name
from harness.report.view.source import Source

SHOWN: Final[Mapping[float, str]] = {0.5: "p50", 0.9: "p90", 0.95: "p95", 0.99: "p99", 0.999: "p99.9"}
P99: Final = list(SHOWN).index(0.99)
NO_WINDOW: Final = "no window counts"


@dataclass(frozen=True, slots=True)
class Times:
    """A cell at its fixed rate; `percentiles` as in SHOWN, in milliseconds, and the `intervals` of these. `due`:
    requests that figures rest on. `load`: the share of the capacity that was offered. `doubts`: what else is known of
    it. `reason`: why there is no figure at all."""

    name: Name
    reason: str
    offered: Figure
    achieved: Figure
    percentiles: tuple[Figure, ...]
    intervals: tuple[str, ...]
    longest: Figure
    windows: Figure
    due: Figure
    load: str
    discarded: Figure
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """The highest rate of a cell under the limit, and within what it is known; `reason`: why there is none."""

    name: Name
    reason: str
    rate: Figure
    between: Figure
    blocks: Figure
    probes: Figure


@dataclass(frozen=True, slots=True)
class Latency:
    """The latency of one scenario; `rate`: what was offered where it was the same for all cells, else
    empty. `capacity` is empty where no limit was set. `lateness`: how late the generator
    itself was, in a sentence; empty where it is not known. `beyond`: requests that a percentile has beyond it at least.
    """

    share: str
    rate: str
    lateness: str
    columns: tuple[str, ...]
    rows: tuple[Times, ...]
    limit: str
    capacity: tuple[Held, ...]
    beyond: int = MIN_BEYOND


def latency(source: Source, scenario: ScenarioManifest) -> Latency | None:
    """Both tables of a scenario; None where its latency was not asked for."""
    rows, held = source.latency.get(scenario.id, ()), source.capacity.get(scenario.id, ())
    if not rows:
        return None
    return Latency(
        share=f"{rows[0].share:.0%}",
        rate="" if rows[0].rate is None else number(rows[0].rate),
        lateness=_lateness(rows),
        columns=tuple(SHOWN.values()),
        rows=tuple(_times(source, row) for row in rows),
        limit=f"{number(1000 * held[0].criterion.p99_s)} ms" if held else "",
        capacity=tuple(_held(source, row) for row in held),
    )


def _lateness(rows: Sequence[LatencyRow]) -> str:
    """Of the configuration for which it was latest."""
    half = max((row.lateness_p50_s for row in rows if row.lateness_p50_s is not None), default=None)
    most = max((row.lateness_p99_s for row in rows if row.lateness_p99_s is not None), default=None)
    if half is None or most is None:
        return ""
    return (
        f"The load generator sent half of the requests within {number(1e6 * half)} µs of the moment they were due or a"
        f" connection came free, and 99% within {number(1e6 * most)} µs."
    )


def in_milliseconds(seconds: float) -> Figure:
    """The value is in seconds, as in ranking.json; the text in milliseconds."""
    return Figure(number(1000 * seconds), seconds)


def _times(source: Source, row: LatencyRow) -> Times:
    why = row.reason or NO_WINDOW
    found = {percentile.share: percentile for percentile in row.percentiles}
    return Times(
        name=source.name(row.cell, row.app, row.server),
        reason=shorten(row.reason, 300),
        offered=absent(why) if row.offered_rate is None else rate(row.offered_rate),
        achieved=absent(why)
        if row.achieved_share is None
        else Figure(percent(min(row.achieved_share, 1.0)), row.achieved_share),
        percentiles=tuple(_percentile(found.get(wanted), why) for wanted in SHOWN),
        intervals=tuple(_interval(found.get(wanted)) for wanted in SHOWN),
        longest=absent(why) if row.max_s is None else in_milliseconds(row.max_s),
        windows=Figure(f"{row.windows:,}", row.windows),
        due=Figure(f"{row.offered:,}", row.offered),
        load=_load(row),
        discarded=Figure(f"{row.discarded:,}", row.discarded),
        doubts=tuple(_doubts(row)),
    )


def _load(row: LatencyRow) -> str:
    if row.load_low is None or row.load_high is None:
        return ""
    low, high = f"{100 * row.load_low:.0f}", f"{100 * row.load_high:.0f}"
    return f"{low}%" if low == high else f"{low}–{high}%"


def _percentile(found: Percentile | None, why: str) -> Figure:
    if found is None:
        return absent(why)
    if found.seconds is None:
        return absent(f"takes {found.takes:,}" if found.takes else found.reason)
    return in_milliseconds(found.seconds)


def _interval(found: Percentile | None) -> str:
    """In milliseconds; empty where there is no figure."""
    if found is None or found.low is None:
        return ""
    low = number(1000 * found.low)
    return f"{low} or more" if found.high is None else f"{low}–{number(1000 * found.high)}"


def _doubts(row: LatencyRow) -> list[str]:
    failed = [f"{share(row.error_share)} of requests failed"] if row.error_share else []
    return failed + [f"{mark} in {seen} of {count(row.windows, 'window')}" for mark, seen in row.marks.items()]


def _held(source: Source, row: CapacityRow) -> Held:
    return Held(
        name=source.name(row.cell, row.app, row.server),
        reason=shorten(row.reason, 300),
        rate=absent(row.reason) if row.rate is None else rate(row.rate),
        between=_between(row),
        blocks=Figure(f"{len(row.blocks):,}", len(row.blocks)),
        probes=Figure(f"{row.probes:,}", row.probes),
    )


def _between(row: CapacityRow) -> Figure:
    """Within what the blocks leave it; without an upper end where one of them held even its ceiling."""
    if row.low is None:
        return absent(row.reason)
    if row.high is None:
        return Figure(f"{number(row.low)} or more", None)
    return Figure(f"{number(row.low)}–{number(row.high)}", row.width)
