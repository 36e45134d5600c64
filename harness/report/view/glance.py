"""All cells in all scenarios at a glance: the share of the fastest."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.report.text import Figure, absent, shorten
from harness.report.view.names import Name
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class Share:
    """A cell in one scenario: its share of the fastest there, its rank, and the bar's length."""

    figure: Figure
    rank: str
    width: str


@dataclass(frozen=True, slots=True)
class Line:
    """A cell over all scenarios."""

    name: Name
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """The overview. `columns` (id and title of a scenario) and every line's `shares` run alike."""

    columns: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def glance(source: Source) -> Glance:
    """Lines in the order of the geometric mean of their shares; cells that lack a scenario come last."""
    scenarios = source.record.plan.scenarios
    columns = [_column(source, scenario.id) for scenario in scenarios]
    lines = [
        Line(name, tuple(column.get(name.id) or _missing(source, scenario.id, name.id) for scenario, column in pairs))
        for name in source.contestants
        for pairs in (list(zip(scenarios, columns, strict=True)),)
    ]
    return Glance(
        columns=tuple((scenario.id, shorten(scenario.title, 80)) for scenario in scenarios),
        lines=tuple(sorted(lines, key=_order)),
    )


def _column(source: Source, scenario: str) -> Mapping[str, Share]:
    found = source.ranking.scenarios.get(scenario)
    rows = found.rows if found else ()
    best = max((row.rps for row in rows), default=0.0)
    if best <= 0:
        return {}
    return {
        row.cell: Share(
            figure=Figure(f"{100 * row.rps / best:.0f} %", row.rps / best),
            rank=str(row.rank_low) if row.rank_low == row.rank_high else f"{row.rank_low}–{row.rank_high}",
            width=f"{100 * row.rps / best:.2f}%",
        )
        for row in rows
    }


def _missing(source: Source, scenario: str, cell: str) -> Share:
    found = source.ranking.scenarios.get(scenario)
    reason = next((other.reason for other in found.unranked if other.cell == cell), "") if found else ""
    return Share(absent(shorten(reason, 200) or "nothing was measured"), "", "0%")


def _order(line: Line) -> tuple[bool, float, str]:
    values = [share.figure.value for share in line.shares]
    known = [value for value in values if value]
    mean = sum(math.log(value) for value in known) / len(known) if known else 0.0
    return len(known) < len(values), -mean, line.name.label
