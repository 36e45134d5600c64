"""`harness compare` and `harness export` as a person runs them: output, files, exit codes."""

import csv
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.report.text import place, times, times_between
from tests.analysis.test_versions import with_versions
from tests.cli.said import Said, said
from tests.report.campaigns import campaign, later, saved

Harness = Callable[..., Said]


@pytest.fixture
def harness(capsys: pytest.CaptureFixture[str]) -> Harness:
    """What a command says to its arguments."""
    return lambda *arguments: said(capsys, *arguments)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two campaigns; in the later one Flask got slower."""
    path = tmp_path_factory.mktemp("campaigns")
    now = later()
    return saved(path / "then", *campaign()), saved(path / "now", now.record, now.trials)


def test_a_regression_ends_with_4_only_where_that_was_asked_for(harness: Harness, folders: tuple[Path, Path]) -> None:
    plain, strict = harness("compare", *folders), harness("compare", *folders, "--fail-on", "regression")
    assert (plain.code, strict.code) == (0, 4)
    assert "3 worse" in strict.err
    assert plain.out == strict.out


def test_a_threshold_fires_and_its_files_say_so(harness: Harness, folders: tuple[Path, Path], tmp_path: Path) -> None:
    files = {name: tmp_path / f"gate.{name}" for name in ("junit", "markdown", "comment")}
    options = [part for name, path in files.items() for part in (f"--{name}", path)]
    ran = harness("compare", *folders, "--fail-on", "throughput:-5%", *options)
    assert ran.code == 4, ran.err
    assert "fired: json, flask on gunicorn-gthread: requests per second: -" in ran.err
    assert "The gate fired: 3 of " in ran.err
    root = ET.fromstring(files["junit"].read_text())
    assert (root.tag, root.get("failures")) == ("testsuites", "3")
    assert files["markdown"].read_text().startswith("### The gate fired: 3 of ")
    assert files["comment"].read_text().startswith("<!-- harness-gate:gate -->\n**The gate fired")


def test_an_undecided_threshold_ends_with_6_only_where_that_was_asked_for(
    harness: Harness, folders: tuple[Path, Path]
) -> None:
    back = ("compare", *reversed(folders), "--fail-on", "throughput:-0.01%")
    assert harness(*back).code == 0
    strict = harness(*back, "--fail-on-inconclusive")
    assert (strict.code, "inconclusive: " in strict.err) == (6, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--fail-on", "cpu:+3%"), "cpu: not compared between two campaigns; harness diff compares it inside one"),
        (("--fail-on", "throughput:5%"), "fewer requests per second are worse: write throughput:-5%"),
        (("--fail-on-inconclusive",), "--fail-on-inconclusive: there is no threshold"),
    ],
)
def test_a_gate_that_cannot_be_is_refused(
    harness: Harness, folders: tuple[Path, Path], options: tuple[str, ...], says: str
) -> None:
    ran = harness("compare", *folders, *options)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_file_that_could_not_be_written_is_refused_before_anything_else(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = harness("compare", *folders, "--junit", tmp_path / "no" / "gate.xml")
    assert (ran.code, ran.out) == (5, "")
    assert f"there is no folder {tmp_path / 'no'}" in ran.err


def test_what_got_better_is_no_regression(harness: Harness, folders: tuple[Path, Path]) -> None:
    ran = harness("compare", *reversed(folders), "--fail-on", "regression")
    assert (ran.code, "3 better" in ran.err) == (0, True)


def test_a_campaign_that_has_measured_nothing_is_inconclusive_and_no_regression(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    now = later()
    record = now.record.model_copy(update={"state": "interrupted", "completed_blocks": ()})
    empty = saved(tmp_path / "empty", record, ())
    ran = harness("compare", folders[0], empty, "--fail-on", "regression")
    assert ran.code == 6, ran.err
    assert f"Nothing to compare: {record.id} is interrupted and has 0 complete blocks" in ran.err
    assert harness("compare", folders[0], empty).code == 0


def test_the_comparison_as_json_is_that_beside_the_page(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = harness("compare", *folders, "--json", "--out", tmp_path / "page", "--delta", "5%")
    assert ran.code == 0, ran.err
    comparison = json.loads(ran.out)
    assert comparison == json.loads((tmp_path / "page" / "comparison.json").read_text())
    assert comparison["delta"] == 0.05
    assert sorted(path.name for path in (tmp_path / "page").iterdir()) == ["compare.html", "comparison.json"]


def test_another_machine_is_refused_with_its_fields_and_may_be_forgiven(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    now = later()
    machine = now.record.machine.model_copy(update={"logical_cpus": 64})
    elsewhere = saved(tmp_path / "elsewhere", now.record.model_copy(update={"machine": machine}), now.trials)
    refused = harness("compare", folders[0], elsewhere)
    assert refused.code == 2
    assert "machine.logical_cpus: 2 before, 64 after" in refused.err
    assert "--across-machines" in refused.err
    forgiven = harness("compare", folders[0], elsewhere, "--across-machines")
    assert forgiven.code == 0
    assert "the machines differ" in forgiven.err


def test_a_folder_that_is_none_is_refused(harness: Harness, folders: tuple[Path, Path], tmp_path: Path) -> None:
    ran = harness("compare", folders[0], tmp_path)
    assert (ran.code, "campaign.json is missing" in ran.err) == (2, True)


def test_an_export_goes_to_standard_output_and_nothing_else_does(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = harness("export", folders[0])
    assert ran.code == 0, ran.err
    assert len(list(csv.DictReader(ran.out.splitlines()))) == 18
    assert json.loads(harness("export", folders[0], "--format", "json").out)["campaign"] == "2026-11-22-0731"
    markdown = tmp_path / "table.md"
    assert harness("export", folders[0], "--format", "markdown", "--out", markdown).out == ""
    assert markdown.read_text().startswith("### json at 64c")


def test_an_export_is_what_the_report_wrote(harness: Harness, folders: tuple[Path, Path], tmp_path: Path) -> None:
    written = tmp_path / "export.json"
    harness("export", folders[0], "--format", "json", "--out", written)
    harness("report", folders[0], "--out", tmp_path / "report")
    assert written.read_bytes() == (tmp_path / "report" / "ranking.json").read_bytes()


def test_a_file_that_cannot_be_written_is_told_without_a_traceback(
    harness: Harness, folders: tuple[Path, Path], tmp_path: Path
) -> None:
    ran = harness("export", folders[0], "--out", tmp_path / "no" / "such" / "folder.csv")
    assert ran.code == 5
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.err


def test_a_badge_is_that_of_one_configuration_in_one_scenario(harness: Harness, folders: tuple[Path, Path]) -> None:
    document = json.loads(harness("export", folders[0], "--format", "json").out)
    ran = harness("export", folders[0], "--format", "badge", "--cell", "fastapi", "--scenario", "db")
    assert ran.code == 0, ran.err
    root = ET.fromstring(ran.out)
    row = next(row for row in document["scenarios"]["db"] if row["app"] == "fastapi")
    [title] = root.findall("{http://www.w3.org/2000/svg}title")
    assert title.text == (
        f"FastAPI on uvicorn, db: rank {place(row['rank_low'], row['rank_high'])}, group"
        f" {' and '.join(row['tie_groups'])} · {times(row['ratio'])}"
        f" ({times_between(row['ratio_low'], row['ratio_high'])}) of Raw ASGI on uvicorn · 2026-11-22"
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--format", "badge"), "--cell: 6 configurations are meant\nname one: raw-asgi@uvicorn, "),
        (("--format", "badge", "--cell", "rails"), "--cell: rails has no rank in json\nname one: "),
        (("--format", "badge", "--cell", "flask", "--scenario", "xml"), "--scenario: no scenario xml in this campaign"),
        (("--cell", "flask"), "--cell: --format csv holds them all"),
        (("--format", "json", "--scenario", "db"), "--scenario: --format json holds them all"),
    ],
)
def test_a_badge_of_none_or_of_several_is_refused(
    harness: Harness, folders: tuple[Path, Path], options: tuple[str, ...], says: str
) -> None:
    ran = harness("export", folders[0], *options)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_an_unknown_format_is_a_fault_of_usage(harness: Harness, folders: tuple[Path, Path]) -> None:
    assert harness("export", folders[0], "--format", "xml").code == 2


def test_many_cells_that_are_not_compared_for_one_reason_are_one_line(harness: Harness, tmp_path: Path) -> None:
    record, trials = campaign()
    kept = {"raw-asgi", "flask"}
    cells = tuple(cell for cell in record.plan.cells if cell.app in kept)
    plan = record.plan.model_copy(update={"cells": cells})
    some = record.model_copy(update={"id": "some", "created_at": record.created_at + 1, "plan": plan})
    few = [trial for trial in trials if trial.cell in {cell.id for cell in cells}]
    said = harness("compare", saved(tmp_path / "all", record, trials), saved(tmp_path / "some", some, few))
    assert said.code == 0, said.err
    lines = [line for line in said.out.splitlines() if line.startswith("n/a")]
    assert len(lines) <= 4 * len(record.plan.scenarios)
    assert all(line.endswith("only the earlier campaign has it") for line in lines)


def test_versions_that_changed_stand_beside_the_ratio(harness: Harness, tmp_path: Path) -> None:
    then, trials = campaign()
    now = with_versions(then, "flask", flask="3.2.0", psycopg="3.4")
    now = now.model_copy(update={"id": "now", "created_at": then.created_at + 1})
    before = saved(tmp_path / "then", then, trials)
    said = harness("compare", before, saved(tmp_path / "now", now, trials))
    rows = [line for line in said.out.splitlines() if "flask on gunicorn-gthread" in line]
    assert rows
    assert all("flask 3.1.3 to 3.2.0, 1 other package" in row for row in rows)
    same = then.model_copy(update={"id": "same", "created_at": then.created_at + 1})
    assert "versions" not in harness("compare", before, saved(tmp_path / "same", same, trials)).out
