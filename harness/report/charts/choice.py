"""Which charts a campaign's data allow."""

from collections.abc import Iterator

from harness.model.ranking import ScenarioRanking
from harness.model.scenario import ScenarioManifest
from harness.report.charts.figure import Chart
from harness.report.charts.forest import ForestRow, against, forest
from harness.report.charts.trace import trace
from harness.report.text import shorten
from harness.report.view.source import Source


def charts(source: Source) -> dict[str, Chart]:
    """Every chart there is data for, by its id: the kind, a hyphen, the scenario."""
    drawn = (chart for scenario in source.record.plan.scenarios for chart in _of_scenario(source, scenario))
    return {chart.id: chart for chart in drawn if chart}


def _of_scenario(source: Source, scenario: ScenarioManifest) -> Iterator[Chart | None]:
    found, title = source.ranking.scenarios.get(scenario.id), shorten(scenario.title, 60)
    rows = _forest_rows(source, found) if found else []
    if rows:
        yield forest(scenario.id, title, rows, source.reference.label)
    yield trace(scenario.id, title, source.trials_ranked(scenario))


def _forest_rows(source: Source, found: ScenarioRanking) -> list[ForestRow]:
    by_block = {row.cell: dict(zip(row.block_numbers, row.block_rps, strict=True)) for row in found.rows}
    reference = by_block.get(source.ranking.reference, {})
    return [
        ForestRow(
            label=source.name(row.cell, row.app, row.server).label,
            value=row.ratio,
            low=row.ratio_low,
            high=row.ratio_high,
            blocks=against(by_block[row.cell], reference),
            floor=row.tier == "floor",
        )
        for row in found.rows
        if row.ratio is not None
    ]
