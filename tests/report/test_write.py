"""The report of a results folder: what is written, and that it is written alike."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from harness.model.errors import UsageError
from harness.report.export import as_json
from harness.report.write import write_report
from tests.report.campaigns import campaign, saved


def test_the_report_is_one_page_and_its_figures(tmp_path: Path) -> None:
    page = write_report(saved(tmp_path / "results", *campaign()), tmp_path / "out")
    assert page == tmp_path / "out" / "index.html"
    assert sorted(path.name for path in page.parent.iterdir()) == ["index.html", "ranking.json"]


def test_what_holds_nothing_else_is_one_line_of_the_figures_and_nothing_is_lost() -> None:
    document = {
        "pairs": [{"first": "a", "ratio": 1.5}, {"first": "\u00e9", "ratio": None}],
        "none": [],
        "in": {"of": []},
    }
    text = as_json(document)
    assert json.loads(text) == document
    assert '\n  {"first": "a", "ratio": 1.5},\n' in text
    assert text.isascii()


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    results = saved(tmp_path / "results", *campaign(levels=3))
    first, second = write_report(results, tmp_path / "one"), write_report(results, tmp_path / "two")
    assert first.read_bytes() == second.read_bytes()
    assert (tmp_path / "one/ranking.json").read_bytes() == (tmp_path / "two/ranking.json").read_bytes()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_and_other_settings_give_the_same_bytes(tmp_path: Path, seed: str) -> None:
    results = saved(tmp_path / "results", *campaign(2, levels=2, timed=True, failed=("flask",)))
    here = write_report(results, tmp_path / "here").read_bytes()
    (tmp_path / "matplotlibrc").write_text("font.size: 30\naxes.grid: True\nlines.linewidth: 9\n")
    program = (
        "import sys, pathlib; from harness.report.write import write_report as w; w(*map(pathlib.Path, sys.argv[1:]))"
    )
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "MATPLOTLIBRC": str(tmp_path),
        "LC_ALL": "C",
        "TZ": "Asia/Tokyo",
    }
    command = [sys.executable, "-c", program, str(results), str(tmp_path / "there")]
    subprocess.run(command, env=environment, check=True)
    assert (tmp_path / "there" / "index.html").read_bytes() == here


def test_the_figures_map_each_scenario_to_its_rows_best_first(tmp_path: Path) -> None:
    write_report(saved(tmp_path / "results", *campaign()), tmp_path)
    figures = json.loads((tmp_path / "ranking.json").read_text())
    assert list(figures["scenarios"]) == ["json", "plaintext", "db"]
    for rows in figures["scenarios"].values():
        assert [row["rps"] for row in rows] == sorted((row["rps"] for row in rows), reverse=True)
        assert {row["app"] for row in rows} == {"raw-asgi", "starlette", "fastapi", "raw-wsgi", "flask", "django"}


def test_a_folder_without_a_campaign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"campaign\.json is missing"):
        write_report(tmp_path, tmp_path / "out")


def test_a_broken_line_is_named_on_the_page_and_the_rest_is_ranked(tmp_path: Path) -> None:
    results = saved(tmp_path / "results", *campaign())
    with (results / "trials.jsonl").open("a") as file:
        file.write('{"cell": "half')
    page = write_report(results, tmp_path / "out").read_text()
    assert "broken-line" in page
    assert "trials.jsonl, line 127" in page
    assert "Starlette on uvicorn is fastest in all 3 scenarios" in page


def test_each_cell_is_linked_with_its_log_where_there_is_one(tmp_path: Path) -> None:
    record, trials = campaign()
    results = saved(tmp_path / "results" / "one campaign", record, trials)
    logged = record.plan.cells[0].id
    (results / "logs").mkdir(exist_ok=True)
    (results / "logs" / f"{logged}.log").write_text("started\n")
    page = write_report(results, tmp_path / "reports" / "one").read_text()
    links = re.findall(r'<a href="([^"#]*\.log)">', page)
    assert [(tmp_path / "reports" / "one" / unquote(link)).resolve() for link in links] == [
        results / "logs" / f"{logged}.log"
    ]
