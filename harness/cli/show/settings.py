"""What more workers, more threads, a larger pool or another interpreter bring, on the terminal."""

from harness.cli.console import output
from harness.cli.show.tables import left_out, table
from harness.report.view.sections.effects import SettingRow, setting_rows
from harness.report.view.source import Source

COLUMNS = ("configuration", "setting", "speed", "interval", "verdict")


def show_settings(source: Source, most: int | None = None) -> None:
    """A table a scenario where cells differ in one setting alone; at most `most` rows of each."""
    for scenario in source.record.plan.scenarios:
        if rows := setting_rows(source, scenario.id):
            title = f"{scenario.id}: what settings bring"
            output.print(table(COLUMNS, map(_row, rows[:most]), title=title, right=(2, 3)), *left_out(len(rows), most))


def _row(row: SettingRow) -> tuple[str, ...]:
    return (row.name.label, row.change, row.ratio.text, row.interval.text, row.verdict)
