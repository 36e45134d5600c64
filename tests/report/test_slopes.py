"""What is shown of a scenario that is ranked by slopes: page, chart, terminal and exports say the same."""

import csv

import pytest
from rich.console import Console

from harness.analysis.ranking.ranking import rank
from harness.cli.show.tables import ranking_table
from harness.report.export import ranking_of
from harness.report.exports.formats import as_csv, as_markdown
from harness.report.text import slope_in_words
from harness.report.view.figures import figures
from harness.report.view.source import Source
from harness.report.view.tables.slopes import slope_section
from tests.analysis.test_slopes import ONE, OTHER, THIRD, TRUTH, made_up, recorded


@pytest.fixture(scope="module")
def source() -> Source:
    record, trials = recorded(9), made_up(9, 3, {**TRUTH, OTHER.id: (100.0, 0.0)})
    return Source(record=record, trials=tuple(trials), ranking=rank(record, trials))


@pytest.mark.parametrize(
    ("microseconds", "high", "distinguished", "text"),
    [
        (12.9, 13.4, True, "12.9"),
        (0.1, 0.3, False, "less than 0.30"),
        (12.9, None, False, "12.9"),
        (-0.2, -0.1, True, "\u22120.20"),
    ],
)
def test_a_slope_in_words(microseconds: float, high: float | None, distinguished: bool, text: str) -> None:
    assert slope_in_words(microseconds, high, distinguished=distinguished).rstrip("0") == text.rstrip("0")


def test_the_page_has_a_table_of_slopes_and_says_which_are_not_distinguished_from_none(source: Source) -> None:
    section = slope_section(source, "json")
    assert section is not None
    rows = {row.name.id: row for row in section.rows}
    assert section.per == "middleware"
    assert rows[OTHER.id].slope.text.startswith("less than ")
    assert rows[THIRD.id].rank == "4"
    assert rows[ONE.id].cpu.value == pytest.approx(1.5, abs=0.3)
    assert "same rotations" in section.basis


def test_the_chart_has_a_line_of_each_cell(source: Source) -> None:
    (chart,) = [one for one in figures(source, source.record.plan.scenarios[0]).drawn if one.id == "slopes-json"]
    assert "microseconds per request against the number of middlewares" in chart.title
    assert chart.svg.count("at 16 middlewares") == 4


def test_the_terminal_and_the_exports_have_the_slopes(source: Source) -> None:
    console = Console(width=160, record=True)
    console.print(ranking_table(source.ranking.scenarios["json"]))
    assert "\u00b5s per middleware" in console.export_text()
    document = ranking_of(source)
    assert document.slopes["json"].rows[-1].cell == THIRD.id
    assert "us per middleware" in as_markdown(document)
    columns = ("slope_us", "slope_low_us", "slope_high_us", "slope_cpu_us")
    rows = list(csv.DictReader(as_csv(document).splitlines()))
    assert rows
    assert all(any(row[column] for column in columns) for row in rows)
