"""What limited a cell, in the details and in ranking.json."""

import json
from pathlib import Path

from harness.model.measured.trial import Bound
from harness.report.write import write_report
from tests.report.campaigns import campaign, saved
from tests.report.dom import parse


def bound(limit: str, ceiling: float = 40_000.0) -> Bound:
    return Bound.model_validate(
        {
            "limit": limit,
            "reason": f"it was {limit}",
            "generator_share": 0.3,
            "ceiling_rps": ceiling,
            "null_rps": 52_000.0,
            "server_share": 0.97,
            "little": 1.0,
        }
    )


def test_what_limited_a_cell_is_told_with_the_reason_and_in_how_many_blocks(tmp_path: Path) -> None:
    record, trials = campaign(3)
    told = [
        trial.model_copy(update={"bound": bound("neither" if trial.block == 1 else "server-bound")})
        if trial.cell.startswith("flask")
        else trial
        for trial in trials
    ]
    record = record.model_copy(update={"null_rps": 52_000.0})
    written = write_report(saved(tmp_path / "results", record, told), tmp_path / "out")
    page, figures = parse(written.read_text()), json.loads(written.with_name("ranking.json").read_text())
    flask = page.one("details", data_app="Flask").text
    assert flask.count("server-bound in 2 of 3 blocks: it was server-bound") == 3
    assert "server-bound" not in page.one("details", data_app="Django").text
    (found,) = figures["limits"]["json"].values()
    assert (found["limit"], found["blocks"], found["of_blocks"], found["ceiling_rps"]) == ("server-bound", 2, 3, 40_000)
    conditions = page.one("section", id="conditions").text
    assert "52,000 requests/s" in conditions
    assert "40,000 requests/s" in conditions
    assert figures["null_rps"] == 52_000


def test_what_was_not_measured_of_the_generator_is_absent_with_the_reason(tmp_path: Path) -> None:
    page = parse(write_report(saved(tmp_path / "results", *campaign(2)), tmp_path / "out").read_text())
    assert page.one("section", id="conditions").text.count("n/a (not measured)") == 2
