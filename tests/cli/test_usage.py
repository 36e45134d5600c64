"""What a person may get wrong at the keyboard: one message that says what, where and how to mend it; no traceback."""

import json
from pathlib import Path

import pytest

from harness.campaign.project import Project
from harness.model.campaign import SCHEMA_VERSION
from harness.model.errors import ExitCode
from tests.cli.said import said

WRONG = {
    "an unknown command": (["lst"], "No such command 'lst'", "harness --help"),
    "an unknown option": (["run", "--fast"], "No such option: --fast", "harness run --help"),
    "an argument too many": (["report", "a", "b"], "unexpected extra argument", "harness report --help"),
    "a time without a unit": (["run", "--budget", "10"], "'10' is not a duration", "90s, 10m, 100ms"),
    "a time of nothing": (["run", "--budget", "0s"], "'0s' is not a duration", "above 0"),
    "no blocks": (["run", "--blocks", "0"], "--blocks", "greater than or equal to 1"),
    "a share that is none": (["run", "--until", "3"], "'3' is not a percentage", "such as 3%"),
    "a share of everything": (["run", "--until", "100%"], "'100%' is not a percentage", "below 100%"),
    "an unknown database": (["run", "--database", "mysql"], "'mysql' is not one of", "sqlite"),
    "a url that is no postgresql": (
        ["run", "--database-url", "mysql://x"],
        "not the URL of a PostgreSQL",
        "postgresql:",
    ),
    "an unknown reason to fail": (["run", "--fail-on", "slow"], "--fail-on: 'slow' is not known", "unresolved"),
    "an unknown reference": (
        ["run", "--plan", "--reference", "x"],
        "--reference: 'x' is not among",
        "raw-asgi@uvicorn",
    ),
    "only burn-in": (["run", "--slice", "20ms", "--burn-in", "20ms"], "longer than its burn-in", "--slice, --burn-in"),
    "too short a slice": (["run", "--slice", "1ms"], "--slice: Input should be greater", "harness run --help"),
    "only, of nothing": (["list", "--only", "fastpi"], '--only: "fastpi" matches nothing', 'Did you mean "fastapi"?'),
    "skip, of nothing": (["list", "--skip", "x"], '--skip: "x" matches nothing', "There are: django"),
    "a server nobody has": (["run", "--server", "x"], '--server: "x" matches nothing', "gunicorn-gthread"),
    "a scenario there is not": (["verify", "--scenario", "jsn"], '--scenario: "jsn" matches nothing', '"json"'),
    "everything left out": (["run", "--skip", "*"], "--only, --skip: no application is left", "There are: django"),
    "a folder without application": (["run", "--app", "/nowhere"], "app.toml: cannot be read", "adding-an-application"),
    "results that are not there": (["report", "/nowhere"], "there is no such results folder", "see results/"),
    "going on with nothing": (["run", "--resume", "/nowhere"], "there is no such results folder", "see results/"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_it_is_told_with_what_to_do_and_ends_with_2(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, what, mend = WRONG[wrong]
    told = said(capsys, *arguments)
    assert told.code == ExitCode.USAGE
    assert told.out == ""
    assert told.message.startswith("error: ")
    assert what in told.message
    assert mend in told.message


def test_an_interpreter_that_does_not_exist_is_refused_with_5(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "verify"):
        told = said(capsys, command, "--python", "/nowhere/python3")
        assert (told.code, told.out) == (ExitCode.ENVIRONMENT, "")
        assert "/nowhere/python3: there is no such interpreter" in told.message
        assert "Python 3.11 or newer" in told.message


@pytest.mark.parametrize("option", ["--results", "--out"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_measured(
    option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    places = {"--results": tmp_path / "results", "--out": tmp_path / "out"} | {option: tmp_path / "file"}
    named = [part for name, path in places.items() for part in (name, path)]
    told = said(capsys, "run", "--only", "raw-asgi", "--scenario", "json", *named)
    assert (told.code, told.out) == (ExitCode.ENVIRONMENT, "")
    assert f"{tmp_path / 'file'}: " in told.message
    assert option in told.message
    assert not list((tmp_path / "results").glob("*"))


def test_a_folder_that_holds_no_campaign_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["run", "--resume", tmp_path], ["report", tmp_path]):
        told = said(capsys, *command)
        assert told.code == ExitCode.USAGE
        assert "campaign.json is missing" in told.message


def test_an_unknown_schema_version_is_refused_by_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "campaign.json").write_text(json.dumps({"schema_version": 99}))
    for command in (["run", "--resume", tmp_path], ["report", tmp_path]):
        told = said(capsys, *command)
        assert told.code == ExitCode.USAGE
        assert f"schema version 99 is unknown to this harness, which reads {SCHEMA_VERSION}" in told.message


def test_a_damaged_record_is_refused_with_what_is_wrong_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, what in (("{", "cannot be read"), (f'{{"schema_version": {SCHEMA_VERSION}}}', "plan: Field required")):
        (tmp_path / "campaign.json").write_text(text)
        told = said(capsys, "report", tmp_path)
        assert told.code == ExitCode.USAGE
        assert what in told.message


def test_a_report_before_the_first_campaign_says_how_to_make_one(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "report")
    assert told.code == ExitCode.USAGE
    assert "there is no campaign yet" in told.message
    assert "make bench" in told.message


def test_faults_of_a_manifest_are_told_in_one_message(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = project.apps / "shop" / "app.toml"
    manifest.write_text('colour = "red"\nroot = "../.."\n' + manifest.read_text())
    for command in ("list", "verify", "run", "lock"):
        told = said(capsys, command)
        assert told.code == ExitCode.USAGE
        assert "2 faults" in told.message
        assert "root: '../..' leaves the application's folder" in told.message
        assert "colour: unknown key" in told.message


def test_the_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "--help")
    assert told.code == ExitCode.OK
    for command in ("list", "doctor", "verify", "run", "report", "lock", "clean"):
        assert command in told.out
