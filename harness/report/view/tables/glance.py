"""All cells in all scenarios at a glance: the share of the fastest, and the overall ranking where there is one."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from harness.model.found.ranking import OverallCell
from harness.report.text import Figure, absent, place, shorten, times, times_between
from harness.report.view.names import Name
from harness.report.view.source import Source
from harness.report.view.tables.table import LEAGUES

_BY_SHARE: Final = (
    "Requests per second as a share of the fastest ranked configuration in each scenario. Lines are in the order of "
    "the geometric mean of their shares, which is an order to read by and no ranking."
)
_BY_SCORE: Final = (
    "Requests per second as a share of the fastest ranked configuration in each scenario. Overall is the geometric "
    "mean of its ratios to the reference."
)


@dataclass(frozen=True, slots=True)
class Share:
    """A cell in one column: its figure, its rank, its interval where it has one, and the bar's length. `against`:
    whether the figure is a ratio to the reference."""

    figure: Figure
    rank: str = ""
    interval: str = ""
    width: str = "0%"
    against: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A cell over all columns; `nothing` stands in their place where it has a figure in none."""

    name: Name
    shares: tuple[Share, ...]
    nothing: Figure | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """The overview. `columns` (id of a section, title) and every line's `shares` run alike."""

    about: str
    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def glance(source: Source) -> Glance:
    """Lines by league and overall score, or else by the geometric mean of their shares; incomplete ones come last."""
    scenarios, overall = source.record.plan.scenarios, _overall(source)
    scores, shares = [overall] if overall else [], [_column(source, scenario.id) for scenario in scenarios]
    lines = [
        Line(
            name,
            tuple(column[name.id] for column in (*scores, *shares)),
            _nothing(column[name.id] for column in shares),
        )
        for name in source.contestants
    ]
    titles = tuple((scenario.id, shorten(scenario.title, 80)) for scenario in scenarios)
    return Glance(
        about=_BY_SCORE if overall else _BY_SHARE,
        columns=((("glance", "Overall"),) if overall else ()) + titles,
        lines=tuple(sorted(lines, key=lambda line: _order(line, by_score=bool(overall)))),
    )


def _nothing(shares: Iterable[Share]) -> Figure | None:
    """Why there is no figure in any scenario, each reason once; None where there is one."""
    figures = [share.figure for share in shares]
    if any(figure.value is not None for figure in figures):
        return None
    return absent(shorten("; ".join(dict.fromkeys(figure.reason for figure in figures)), 300))


def _column(source: Source, scenario: str) -> Mapping[str, Share]:
    found = source.ranking.scenarios.get(scenario)
    rows = found.rows if found else ()
    best = max((row.speed for row in rows if row.league != "reference"), default=0.0) or 1.0
    reasons = {cell.cell: shorten(cell.reason, 200) for cell in found.unranked} if found else {}
    shares = {
        row.cell: Share(
            figure=Figure(f"{100 * row.speed / best:.0f} %", row.speed / best),
            rank=place(row.rank_low, row.rank_high),
            width=_width(row.speed / best),
        )
        for row in rows
    }
    return _complete(source, shares, reasons)


def _overall(source: Source) -> Mapping[str, Share]:
    """The overall column; empty where the analysis gives none."""
    overall = source.ranking.overall
    if overall is None or not overall.rows:
        return {}
    best = max((row.score for row in overall.rows if row.league != "reference"), default=0.0) or 1.0
    shares = {
        row.cell: Share(
            figure=Figure(times(row.score), row.score),
            rank=place(row.rank_low, row.rank_high),
            interval=_interval(row),
            width=_width(row.score / best),
            against=True,
        )
        for row in overall.rows
    }
    return _complete(source, shares, {cell.cell: shorten(cell.reason, 200) for cell in overall.unranked})


def _width(share: float) -> str:
    """A reference may be beyond the fastest ranked cell; its bar ends there."""
    return f"{100 * min(share, 1.0):.2f}%"


def _interval(row: OverallCell) -> str:
    if row.score_low is None or row.score_high is None or row.score_low == row.score_high:
        return ""
    return times_between(row.score_low, row.score_high)


def _complete(source: Source, shares: Mapping[str, Share], reasons: Mapping[str, str]) -> Mapping[str, Share]:
    missing = (name.id for name in source.contestants if name.id not in shares)
    return {**shares, **{cell: Share(absent(reasons.get(cell) or "nothing was measured")) for cell in missing}}


def _order(line: Line, *, by_score: bool) -> tuple[int, bool, float, str]:
    values = [share.figure.value for share in (line.shares[:1] if by_score else line.shares)]
    known = [value for value in values if value]
    mean = sum(math.log(value) for value in known) / len(known) if known else 0.0
    return list(LEAGUES).index(line.name.league), len(known) < len(values), -mean, line.name.label
