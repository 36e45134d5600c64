"""A scenario whose answers are worth several events, or megabytes, shows these a second with its figure."""

from pathlib import Path

from rich.console import Console

from harness.analysis.compare.comparison import Measured, compare
from harness.analysis.ranking.ranking import rank
from harness.cli.show.tables import ranking_table
from harness.model.asked.counting import Unit
from harness.model.measured.campaign import CampaignRecord
from harness.report.export import ranking_of
from harness.report.exports.formats import as_csv, as_markdown
from harness.report.text import capitalised
from harness.report.write import read, write_report
from tests.report.campaigns import campaign, later, saved


def counted_in(record: CampaignRecord, unit: Unit, units: float) -> CampaignRecord:
    """The campaign, had its scenarios counted something else."""
    scenarios = tuple(
        one.model_copy(update={"rank": one.rank.model_copy(update={"unit": unit, "units": units})})
        for one in record.plan.scenarios
    )
    return record.model_copy(update={"plan": record.plan.model_copy(update={"scenarios": scenarios})})


def test_figures_are_worth_their_units_and_ratios_stay_as_they_are() -> None:
    record, trials = campaign(4)
    plain, events = rank(record, trials), rank(counted_in(record, "events", 100), trials)
    for id_, found in events.scenarios.items():
        before = plain.scenarios[id_]
        assert found.unit == "events"
        assert [row.rps for row in found.rows] == [100 * row.rps for row in before.rows]
        assert [row.rps_high for row in found.rows] == [100 * (row.rps_high or 0) for row in before.rows]
        assert [row.block_rps for row in found.rows] == [
            tuple(100 * one for one in row.block_rps) for row in before.rows
        ]
        assert [(row.ratio, row.ratio_low) for row in found.rows] == [(row.ratio, row.ratio_low) for row in before.rows]
        assert found.pairs == before.pairs


def test_page_terminal_and_exports_name_the_unit(tmp_path: Path) -> None:
    record, trials = campaign(4)
    folder = saved(tmp_path / "results", counted_in(record, "MB", 1.048576), trials)
    page = write_report(folder, tmp_path / "out").read_text()
    shown = page[: page.index('<script type="application/json"')]
    assert "MB per second, in this run" in shown
    assert 'data-label="MB/s"' in shown
    assert "MB per second against memory" in shown
    assert "equests/s" not in shown.replace("Load generator", "").split('id="conditions"')[0]
    document = ranking_of(read(folder))
    assert {one.unit for one in document.inference.values()} == {"MB"}
    assert "| rank | application | MB/s |" in as_markdown(document)
    assert ",MB," in as_csv(document)
    console = Console(width=200, record=True)
    console.print(ranking_table(next(iter(rank(counted_in(record, "MB", 1.048576), trials).scenarios.values()))))
    text = console.export_text()
    assert "MB/s" in text
    assert "requests/s" not in text


def test_a_comparison_of_campaigns_counts_them_too() -> None:
    before, after = Measured(*campaign(6)), later()
    found = compare(*(Measured(counted_in(one.record, "messages", 2), one.trials) for one in (before, after)))
    plain = compare(before, after)
    for one, other in zip(found.scenarios, plain.scenarios, strict=True):
        assert one.unit == "messages"
        assert [row.rps_after for row in one.rows] == [2 * row.rps_after for row in other.rows]


def test_a_unit_begins_a_sentence_with_a_capital() -> None:
    assert [capitalised(text) for text in ("events/s", "MB/s", "")] == ["Events/s", "MB/s", ""]
