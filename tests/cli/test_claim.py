"""`harness claim` as a person runs it: what is said, and the exit codes."""

import json
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from harness.catalog.claim_files import STORY, read_story
from harness.cli.console import output
from harness.cli.main import program
from harness.cli.run.claimed.statements import newest_for_a_story
from harness.cli.run.running import probed_by
from harness.model.notice import Notice
from harness.report.write import write_report
from tests.cli.said import said
from tests.report.campaigns import saved
from tests.report.claims import claimed

OTHER = """
id = "flask-first"
title = "Flask > Django"
about = "Somebody said so."
scenario = "fortunes"

[[subjects]]
id = "flask"
title = "Flask"
controlled = "flask"

[[subjects]]
id = "django"
title = "Django"
controlled = "django"
"""


@pytest.fixture(scope="module")
def true(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("campaigns") / "true", *claimed())


def test_a_claim_that_holds_ends_with_0_and_says_by_how_much_and_why(
    true: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = said(capsys, "claim", true)
    assert ran.code == 0
    assert "FastAPI > Django > Flask > Rails, fortunes: holds" in ran.out
    line = next(line for line in ran.out.splitlines() if line.strip().startswith("FastAPI > Django ") and "×" in line)
    assert line.split()[3] == "holds"
    assert float(line.split()[4].rstrip("×")) == pytest.approx(2.0, abs=0.1)
    assert line.split()[-2:] == ["3.54×", "3.95×"]
    text = " ".join(ran.out.split())
    assert "CPU time of the server a request: FastAPI" in text
    assert "longer than with the bare callable on its server: FastAPI" in text
    assert "the requests of Django, whose server takes" in text
    assert "Round 19" in ran.err
    assert "there: Django used its ORM on MySQL, under meinheld" in ran.message
    assert "harness run" not in ran.err


def test_a_claim_that_does_not_hold_ends_with_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = said(capsys, "claim", saved(tmp_path / "false", *claimed(true=False)))
    assert ran.code == 4
    assert "FastAPI > Django > Flask > Rails, fortunes: does not hold" in ran.out
    assert "Django > Flask: Flask is faster" in ran.out


def test_what_cannot_be_told_ends_with_6_and_the_line_that_would_tell_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record, trials = claimed(rails=False)
    left_out = Notice(code="not-installed", seen="Rails is left out: puma cannot be run here", mend="apt-get install x")
    record = record.model_copy(update={"notices": (*record.notices, left_out)})
    ran = said(capsys, "claim", saved(tmp_path / "part", record, trials))
    assert ran.code == 6
    assert ran.out.count("n/a  Rails (rails): not in this campaign") == 2
    assert "Rails is left out: puma cannot be run here (apt-get install x)" in ran.message
    line = ran.message.split("To measure what is missing or open: ")[1]
    words = shlex.split(line)
    assert words[:4] == ["harness", "run", "--only", "raw-asgi"]
    assert words[-2:] == ["--scenario", "fortunes"]
    assert ("--only", "rails") in pairwise(words)
    options = {name for parameter in program().commands["run"].params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_an_open_claim_is_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = saved(tmp_path / "short", *claimed(1))
    ran = said(capsys, "claim", folder)
    assert ran.code == 6
    assert f"harness run --resume {folder} --budget 16m" in ran.message


def test_json_is_one_document_on_standard_output_and_the_same_as_in_the_export(
    true: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = said(capsys, "claim", true, "--json")
    told = json.loads(ran.out)
    assert (told["verdict"], told["scenario"], len(told["tiers"])) == ("holds", "fortunes", 2)
    assert ran.err.startswith("Of campaign ")
    exported = json.loads(write_report(true, tmp_path / "out").with_name("ranking.json").read_text())["claims"]
    assert [one["scenario"] for one in exported] == ["fortunes", "json"]
    assert told == exported[0]


def test_another_scenario_is_tested_on_request(true: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = said(capsys, "claim", true, "--scenario", "json")
    assert "Flask > Rails, json: " in ran.out
    missing = said(capsys, "claim", true, "--scenario", "db")
    assert missing.code == 6
    assert "this campaign did not measure the scenario" in missing.out


def test_a_scenario_that_the_claim_has_no_figures_of_is_refused(true: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = said(capsys, "claim", true, "--scenario", "plaintext")
    assert ran.code == 2
    assert 'says nothing of "plaintext" choose one of: fortunes, json, db' in ran.message


def test_another_claim_is_a_file(true: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "other.toml"
    file.write_text(OTHER)
    for order in ((file, true), (true, file)):
        ran = said(capsys, "claim", *order)
        assert ran.code == 4
        assert "Flask > Django, fortunes: does not hold" in ran.out


def test_a_wrong_claim_is_refused_with_all_its_faults(
    true: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(OTHER.replace('title = "Flask"', "").replace('about = "Somebody said so."', "abuot = 1"))
    ran = said(capsys, "claim", file, true)
    assert ran.code == 2
    assert "3 faults in the claim:" in ran.err
    assert "Traceback" not in ran.err


def test_two_claims_or_two_folders_are_refused(true: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "claim", "a.toml", "b.toml").code == 2
    assert "name at most one claim" in said(capsys, "claim", true, true).message


def test_it_fits_a_terminal_of_80_columns(
    true: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "width", 80)
    out = said(capsys, "claim", true).out
    assert max(map(len, out.splitlines())) <= 80
    assert "cannot te " not in out
    assert "…" not in out


@pytest.mark.parametrize("name", ["story", "techempower-round-19"])
def test_a_name_is_looked_up_among_the_claims_of_the_project(
    true: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    ran = said(capsys, "claim", name, true)
    assert ran.code in (0, 4, 6)
    assert "there is no such results folder" not in ran.message
    assert ("(a) The ranks: holds" in ran.out) == (name == "story")


def test_each_statement_of_a_story_has_its_verdict_and_its_sentence_and_what_is_open_ends_with_6(
    true: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = said(capsys, "claim", "story", true)
    assert ran.code == 6
    text = " ".join(ran.out.split())
    assert "(h) Validation from types: cannot tell here" in text
    assert "The scenario validate was not measured." in text
    assert "In fortunes, " in text
    assert ran.message.endswith("To answer what is missing or open: harness run --profile story")


def test_a_statement_that_held_then_ends_with_4_and_says_what_that_rests_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = said(capsys, "claim", "story", saved(tmp_path / "false", *claimed(true=False)))
    assert ran.code == 4
    text = " ".join(ran.out.split())
    assert "(a) The ranks: held then, not now" in text
    assert "it held then, by the published figures (TechEmpower Framework Benchmarks, the run labelled Round 19" in text


def test_a_story_as_json_is_what_the_export_holds(
    true: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = json.loads(said(capsys, "claim", "story", true, "--json").out)
    exported = json.loads(write_report(true, tmp_path / "out").with_name("ranking.json").read_text())["story"]
    assert told == exported
    assert all(one["evidence"].endswith(".") for one in told["statements"])


def test_a_story_takes_no_scenario(true: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = said(capsys, "claim", "story", true, "--scenario", "json")
    assert ran.code == 2
    assert "a story names the scenarios of its statements" in ran.message


def test_without_results_a_story_is_answered_from_the_newest_campaign_that_measured_what_it_needs(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path)
    assert newest_for_a_story(project) is None
    record, trials = claimed(1)
    for name, profile, created_at in (("a", "story", 2.0), ("b", "full", 3.0), ("c", "story", 1.0), ("d", "core", 9.0)):
        plan = record.plan.model_copy(update={"profile": profile})
        saved(project.results / name, record.model_copy(update={"plan": plan, "created_at": created_at}), trials)
    (project.results / "broken").mkdir()
    (project.results / "broken" / "campaign.json").write_text("{")
    assert newest_for_a_story(project) == (project.results / "b").resolve()


def test_probes_are_made_of_the_applications_and_servers_that_statements_name() -> None:
    chosen = probed_by(read_story(STORY))
    assert (chosen.only, chosen.servers) == (("fastapi", "flask"), ("uvicorn", "gunicorn-gthread"))
