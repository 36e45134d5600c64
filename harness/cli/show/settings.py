"""What more workers, more threads, a larger pool or another interpreter bring, on the terminal."""

from harness.cli.console import output
from harness.cli.show.tables import left_out, table
from harness.report.text import a_second
from harness.report.view.sections.effects import SettingRow, setting_rows
from harness.report.view.sections.settings.curves import PointRow, curve_sections
from harness.report.view.source import Source

COLUMNS = ("configuration", "setting", "speed", "interval", "verdict")
POINTS = ("configuration", "setting", "rate", "interval", "CPU", "switches", "involuntary", "memory")
"""CPU and context switches are those of a request."""


def show_settings(source: Source, most: int | None = None) -> None:
    """A table a scenario where cells differ in one setting alone; at most `most` rows of each."""
    for scenario in source.record.plan.scenarios:
        if rows := setting_rows(source, scenario.id):
            title = f"{scenario.id}: what settings bring"
            output.print(table(COLUMNS, map(_row, rows[:most]), title=title, right=(2, 3)), *left_out(len(rows), most))


def show_curves(source: Source, most: int | None = None) -> None:
    """What follows from throughput over a setting, and the figures of each point; at most `most` rows of each table."""
    for scenario in source.record.plan.scenarios:
        for section in curve_sections(source, scenario.id):
            title = f"{scenario.id}: over the {section.title}"
            rows, right = map(_point, section.rows[:most]), tuple(range(2, len(POINTS)))
            columns = tuple(a_second(section.unit) if name == "rate" else name for name in POINTS)
            output.print(table(columns, rows, title=title, right=right), *left_out(len(section.rows), most))
            for curve in section.curves:
                text = f"{scenario.id}, {curve.title}: {' '.join(curve.says)}"
                output.print(text, markup=False, highlight=False, soft_wrap=True)


def _point(row: PointRow) -> tuple[str, ...]:
    costs = row.costs
    figures = (row.rps, row.interval, costs.cpu, costs.voluntary, costs.involuntary, costs.memory)
    return (row.curve, row.value or "has none", *(figure.text for figure in figures))


def _row(row: SettingRow) -> tuple[str, ...]:
    return (row.name.label, row.change, row.ratio.text, row.interval.text, row.verdict)
