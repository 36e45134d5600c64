"""Where one configuration stands in every scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.model.asked.counting import Unit
from harness.report.text import Figure, absent
from harness.report.view.tables.latency import P99, Latency
from harness.report.view.tables.table import Row, Table


@dataclass(frozen=True, slots=True)
class Standing:
    """A configuration's row in the ranking of a scenario, and its p99 at a fixed rate in milliseconds."""

    scenario: str
    title: str
    unit: Unit
    row: Row
    p99: Figure
    p99_interval: str


def standings(tables: Sequence[Table], latency: Mapping[str, Latency | None]) -> Mapping[str, tuple[Standing, ...]]:
    """By cell, in the order of the scenarios; without those in which the cell has no figure."""
    found: dict[str, list[Standing]] = {}
    for table in tables:
        times = _p99s(latency.get(table.id))
        for row in (row for league in table.leagues for row in league.rows):
            p99, interval = times.get(row.name.id, (absent("no response times were measured"), ""))
            found.setdefault(row.name.id, []).append(Standing(table.id, table.title, table.unit, row, p99, interval))
    return {cell: tuple(of) for cell, of in found.items()}


def _p99s(latency: Latency | None) -> dict[str, tuple[Figure, str]]:
    rows = latency.rows if latency else ()
    return {row.name.id: (row.percentiles[P99], row.intervals[P99]) for row in rows if not row.reason}
