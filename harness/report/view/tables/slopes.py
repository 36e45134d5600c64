"""Slopes as they are shown: what each middleware, each route costs."""

from dataclasses import dataclass

from harness.model.found.slopes import SlopeCell, SlopeRanking
from harness.report.charts.drawing.scale import rounded
from harness.report.text import Figure, absent, confidence, count, number, place, share, slope_in_words
from harness.report.view.names import Name
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class SlopeRow:
    """A cell's slope, in microseconds."""

    name: Name
    rank: str
    slope: Figure
    interval: Figure
    cpu: Figure
    at_zero: Figure
    blocks: Figure


@dataclass(frozen=True, slots=True)
class SlopeSection:
    """The slopes of one scenario, smallest first. `per`: what they are for each of. `basis`: what the verdicts rest on,
    in a sentence. `without`: cells that have none, and why."""

    per: str
    rows: tuple[SlopeRow, ...]
    basis: str
    without: tuple[tuple[Name, str], ...]


def slope_section(source: Source, scenario: str) -> SlopeSection | None:
    """None where the scenario is not ranked by slopes, or nothing has one."""
    found = source.ranking.scenarios.get(scenario)
    if found is None or found.slopes is None:
        return None
    slopes = found.slopes
    return SlopeSection(
        per=slopes.per,
        rows=tuple(_row(source, row) for row in slopes.rows),
        basis=_basis(source, slopes, found.blocks),
        without=tuple((source.name(cell), reason) for cell, reason in slopes.unranked.items()),
    )


def _row(source: Source, row: SlopeCell) -> SlopeRow:
    return SlopeRow(
        name=source.name(row.cell),
        rank=place(row.rank_low, row.rank_high),
        slope=Figure(slope_in_words(row.microseconds, row.high, distinguished=row.distinguished), row.microseconds),
        interval=_interval(row.low, row.high),
        cpu=absent("the system did not report it") if row.cpu_us is None else Figure(rounded(row.cpu_us), row.cpu_us),
        at_zero=Figure(number(row.at_zero_us), row.at_zero_us),
        blocks=Figure(str(row.blocks), row.blocks),
    )


def _interval(low: float | None, high: float | None) -> Figure:
    if low is None or high is None:
        return absent("too few blocks for an interval")
    return Figure(f"{rounded(low)} to {rounded(high)}", high - low)


def _basis(source: Source, slopes: SlopeRanking, blocks: int) -> str:
    if slopes.different:
        return "The reference was called different from itself, so no order is claimed."
    if slopes.confidence is None:
        return "There are too few blocks for intervals, so no order is claimed."
    undecided = sum(pair.verdict == "unresolved" for pair in slopes.pairs)
    open_ = f" {count(undecided, 'comparison')} of {len(slopes.pairs)} undecided." if undecided else ""
    return (
        f"The slope of each block is a straight line through all levels, which were measured in the same rotations. The"
        f" intervals hold together at {confidence(slopes.confidence)} confidence after {count(blocks, 'block')}. Two"
        f" slopes are tied where the difference, at the ranking level, is less than {share(source.ranking.delta)} of"
        f" the faster request.{open_}"
    )
