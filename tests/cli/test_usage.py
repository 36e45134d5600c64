"""What a person may get wrong at the keyboard: one message that says what, where and how to mend it; no traceback."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness import VERSION
from harness.campaign.plan.project import Project
from harness.cli.main import program
from harness.model.errors import ExitCode
from harness.model.measured.campaign import READABLE, SCHEMA_VERSION
from tests.catalog.trees import RIGHT_APP, application, scenario
from tests.cli.conftest import GREETING, TWO_SERVERS
from tests.cli.said import said

APPLICATIONS = sorted(manifest.parent.name for manifest in Project.here().apps.glob("[!_.]*/app.toml"))
EVERY_APPLICATION = f"There are: {', '.join(APPLICATIONS)}"
WRONG = {
    "an unknown command": (["lst"], "No such command 'lst'", "harness --help"),
    "an unknown option": (["run", "--fast"], "No such option: --fast", "harness run --help"),
    "an argument too many": (["report", "a", "b"], "unexpected extra argument", "harness report --help"),
    "a time without a unit": (["run", "--budget", "10"], "'10' is not a duration", "90s, 10m, 100ms"),
    "a time of nothing": (["run", "--budget", "0s"], "'0s' is not a duration", "above 0"),
    "no blocks": (["run", "--blocks", "0"], "--blocks", "greater than or equal to 1"),
    "a number of workers that is none": (["run", "--server-workers", "1,,2"], "'1,,2' is not a whole number", "1,2,4"),
    "no threads": (["verify", "--threads", "0"], "'0' is not a whole number above 0", "1,2,4"),
    "several workers of one server": (
        ["serve", "flask", "--server-workers", "1,2"],
        "--server-workers",
        "serve --help",
    ),
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
    "skip, of nothing": (["list", "--skip", "x"], '--skip: "x" matches nothing', EVERY_APPLICATION),
    "a server nobody has": (["run", "--server", "x"], '--server: "x" matches nothing', "gunicorn-gthread"),
    "a scenario there is not": (["verify", "--scenario", "jsn"], '--scenario: "jsn" matches nothing', '"json"'),
    "everything left out": (["run", "--skip", "*"], "--only, --skip: no application is left", EVERY_APPLICATION),
    "a folder without application": (["run", "--app", "/nowhere"], "app.toml: is not there", "adding-an-application"),
    "results that are not there": (["report", "/nowhere"], "there is no such results folder", "see results/"),
    "going on with nothing": (["run", "--resume", "/nowhere"], "there is no such results folder", "see results/"),
}


WRONG |= {
    "a server that others name": (
        ["list", "--only", "flask", "--server", "uvicorn"],
        "flask does not run on uvicorn; it names gunicorn-gthread",
        "name one of these servers",
    ),
    "an application that the server drops": (
        ["run", "--plan", "--only", "flask", "--only", "fastapi", "--server", "uvicorn"],
        "flask does not run on uvicorn",
        "leave the application out",
    ),
    "an application to serve": (["serve", "flsk"], 'APP: "flsk" matches nothing', 'Did you mean "flask"?'),
    "a server to serve on": (["serve", "flask", "--server", "uvicorn"], "flask does not run on uvicorn", "name one"),
    "a number given twice": (
        ["run", "--server-workers", "1", "--server-workers", "2"],
        "--server-workers: given more than once, with different values: 1, 2",
        "give it once; see: harness run --help",
    ),
    "a lock that its author brought": (["lock", "--only", "nginx"], "no lock is to be made", "requirements.in"),
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
    readable = " and ".join(map(str, READABLE))
    for command in (["run", "--resume", tmp_path], ["report", tmp_path]):
        refused = said(capsys, *command)
        assert refused.code == ExitCode.USAGE
        assert f"schema version 99 is unknown to this harness, which reads {readable}" in refused.message


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


def single_valued() -> list[tuple[str, str]]:
    """(command, option) of every option that takes one value."""
    commands: Any = program()
    return [
        (name, max(parameter.opts, key=len))
        for name, command in commands.commands.items()
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.is_flag and not parameter.multiple
    ]


def test_every_option_of_one_value_is_refused_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert ("run", "--seed") in single_valued()
    for command, option in single_valued():
        told = said(capsys, command, option, "1", option, "2")
        assert (told.code, f"{option}: given more than once" in told.message) == (ExitCode.USAGE, True), (
            command,
            option,
        )


def test_an_option_given_twice_with_one_value_is_no_contradiction(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("run", "--plan", "--reference", "shop", "--seed", "7", "--seed=7")
    assert said(capsys, *arguments).code == ExitCode.OK


def test_filters_that_leave_nothing_are_named(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    scenario(
        project.scenarios, GREETING.replace('"json"', '"other"', 1).replace('path = "/json"', 'path = "/o"'), "other"
    )
    told = said(capsys, "list", "--scenario", "other")
    assert told.code == ExitCode.USAGE
    assert "--scenario other: These filters leave nothing to measure: no application answers" in told.message
    named = said(capsys, "list", "--only", "shop", "--scenario", "other")
    assert "shop answers none of the chosen scenarios (other); it answers json" in named.message


def test_what_a_pattern_names_and_other_filters_drop_is_told(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    application(project.apps, TWO_SERVERS.replace('id = "shop"', 'id = "shut"'), "shut")
    application(project.apps, RIGHT_APP.replace('id = "shop"', 'id = "shot"'), "shot")
    told = said(capsys, "list", "--only", "sh*", "--server", "gunicorn-asgi")
    assert told.code == ExitCode.OK
    assert "note: shot does not run on gunicorn-asgi; it names uvicorn (it is not measured)" in told.message
    assert "note" not in said(capsys, "list", "--server", "gunicorn-asgi").err, "nobody named it"


def test_an_application_outside_is_told_to_be_named_by_its_folder(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    application(tmp_path / "mine", RIGHT_APP.replace('id = "shop"', 'id = "bottle"'), "bottle")
    for here, folder in ((tmp_path / "mine", "bottle"), (tmp_path / "mine" / "bottle", ".")):
        monkeypatch.chdir(here)
        told = said(capsys, "lock", "--only", "bottle")
        assert told.code == ExitCode.USAGE
        assert told.message.endswith(f"name its folder instead of --only bottle: --app {folder}")


@pytest.mark.parametrize("target", ["bench", "bench-full", "quick", "report", "verify", "doctor"])
def test_make_passes_arguments_on(target: str) -> None:
    make = ["make", "--no-print-directory", "-n", "-o", "setup", target, "ARGS=--only flask"]
    told = subprocess.run(make, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    assert told.stdout.strip().splitlines()[-1].endswith(" --only flask")


def test_the_version_is_told_with_the_commit(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--version").out == f"harness {VERSION}\n", "this project is no checkout"


def test_the_server_option_of_verify_says_what_is_verified_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    told = " ".join(said(capsys, "verify", "--help").out.split())
    assert "default: every server that an application names" in told
