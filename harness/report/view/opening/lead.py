"""The first picture: what a reader chooses from, with intervals; bare callables are dashed lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from harness.model.found.ranking import OverallCell, RankedCell, Ranking
from harness.report.text import count, place, shorten, times, times_between
from harness.report.view.names import Name
from harness.report.view.opening.answer import choosable
from harness.report.view.source import Source
from harness.report.view.tables.bars import Bar, bar, length
from harness.report.view.tables.table import LEAGUES

OVERALL: Final = "overall"
MOST_ROWS: Final = 8
"""That fit on a first screen."""
MOST_CEILINGS: Final = 4


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A configuration: its place, its ratio to the reference, and the interval of that where it is known."""

    name: Name
    rank: str
    ratio: str
    interval: str
    bar: Bar


@dataclass(frozen=True, slots=True)
class Ceiling:
    """A bare callable: where its line is, in percent of the longest bar."""

    cell: str
    label: str
    ratio: str
    at: str


@dataclass(frozen=True, slots=True)
class Lead:
    """`over`, `scope`: what the bars are over, and the scenario's id or "overall". `left_out`: configurations that are
    shown further down only."""

    over: str
    scope: str
    rows: tuple[LeadRow, ...]
    ceilings: tuple[Ceiling, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of a scenario's ranking, or of the overall one."""

    row: RankedCell | OverallCell
    ratio: float
    low: float | None
    high: float | None


def lead(source: Source) -> Lead | None:
    """Over all scenarios where there is such a ranking, else of the first scenario with ratios; None without any."""
    entries, over, scope = _entries(source.ranking, source)
    chosen = choosable([entry.row for entry in entries])
    if not chosen:
        return None
    of = {entry.row.cell: entry for entry in entries}
    bars = [of[row.cell] for row in chosen[:MOST_ROWS]]
    floors = _floors(entries)
    longest = max(*(entry.high or entry.ratio for entry in bars), *(entry.ratio for entry in floors), 0.0)
    if not longest:
        return None
    return Lead(
        over=over + _tier(chosen, entries),
        scope=scope,
        rows=tuple(_row(source, entry, longest) for entry in bars),
        ceilings=tuple(
            Ceiling(entry.row.cell, _name(source, entry).label, times(entry.ratio), length(entry.ratio, longest))
            for entry in floors
        ),
        left_out=len(chosen) - len(bars),
    )


def _entries(ranking: Ranking, source: Source) -> tuple[list[_Entry], str, str]:
    """And what they are over, in words and as an id."""
    overall = ranking.overall
    if overall and choosable(overall.rows):
        over = f"the geometric mean of {count(len(overall.scenarios), 'scenario')}"
        return [_Entry(row, row.score, row.score_low, row.score_high) for row in overall.rows], over, OVERALL
    for scenario in source.record.plan.scenarios:
        found = ranking.scenarios.get(scenario.id)
        if found and choosable(found.rows):
            rows = [
                _Entry(row, row.ratio, row.ratio_low, row.ratio_high) for row in found.rows if row.ratio is not None
            ]
            return rows, shorten(scenario.title, 80), scenario.id
    return [], "", ""


def _floors(entries: Sequence[_Entry]) -> list[_Entry]:
    """The bare callables; of each its fastest server, where all of them would be a thicket of lines."""
    floors = [entry for entry in entries if entry.row.tier == "floor"]
    if len(floors) <= MOST_CEILINGS:
        return floors
    fastest: dict[str, _Entry] = {}
    for entry in sorted(floors, key=lambda entry: -entry.ratio):
        fastest.setdefault(entry.row.app, entry)
    return list(fastest.values())[:MOST_CEILINGS]


def _tier(chosen: Sequence[RankedCell | OverallCell], entries: Sequence[_Entry]) -> str:
    """Which one, where there is another beside it."""
    leagues = {entry.row.league for entry in entries if entry.row.league != "reference"}
    return f"; {LEAGUES[chosen[0].league].split(':')[0].lower()}" if len(leagues) > 1 else ""


def _row(source: Source, entry: _Entry, longest: float) -> LeadRow:
    known = entry.low is not None and entry.high is not None and entry.low != entry.high
    return LeadRow(
        name=_name(source, entry),
        rank=place(entry.row.rank_low, entry.row.rank_high),
        ratio=times(entry.ratio),
        interval=times_between(entry.low or 0.0, entry.high or 0.0) if known else "",
        bar=bar(entry.ratio, entry.low, entry.high, longest),
    )


def _name(source: Source, entry: _Entry) -> Name:
    return source.name(entry.row.cell, entry.row.app, entry.row.server)
