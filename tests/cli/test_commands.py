"""What each command says of a small project, and what it leaves."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.campaign.plan.options import DEFAULT_BUDGET_S
from harness.campaign.plan.project import Project
from harness.cli.folders import point_latest_at
from harness.cli.quantities import spoken
from harness.measure.interpreter import describe
from harness.model.errors import ExitCode
from harness.under_test.install.environments import COMPLETE, FOLDER
from tests.catalog.trees import RIGHT_APP, application
from tests.cli.said import said
from tests.report.campaigns import campaign, saved


@pytest.fixture
def measured(project: Project) -> Path:
    """A campaign of the project, with one application that did not start."""
    results = saved(project.results / "20261122-120000", *campaign(failed=("flask",)))
    point_latest_at(results)
    return results


def test_list_shows_what_can_be_measured(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "list")
    assert told.code == ExitCode.OK
    for word in ("shop", "uvicorn, gunicorn-asgi", "controlled", "json", "16c", "A greeting."):
        assert word in told.out


def test_list_tells_the_same_as_json(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "list", "--json", "--server", "all")
    listed = json.loads(told.out)
    assert [found["id"] for found in listed["applications"]] == ["shop"]
    assert listed["cells"] == [{"app": "shop", "server": "uvicorn"}, {"app": "shop", "server": "gunicorn-asgi"}]
    assert [found["id"] for found in listed["scenarios"]] == ["json"]


def test_the_project_lists_its_own_applications_without_a_list_kept_by_hand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    listed = json.loads(said(capsys, "list", "--json").out)
    root = Path(__file__).parents[2]
    assert [found["id"] for found in listed["applications"]] == sorted(
        p.parent.name for p in root.glob("apps/*/app.toml")
    )
    assert [found["id"] for found in listed["scenarios"]] == sorted(
        p.parent.name for p in root.glob("scenarios/*/*.toml")
    )


def test_a_folder_given_is_listed_beside_those_that_only_names(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = application(tmp_path / "elsewhere", RIGHT_APP.replace("shop", "mine"), "my checkout")
    application(project.apps, RIGHT_APP.replace("shop", "other"), "other")
    listed = json.loads(said(capsys, "list", "--json", "--app", mine, "--only", "shop").out)
    assert [found["id"] for found in listed["applications"]] == ["mine", "shop"] or [
        found["id"] for found in listed["applications"]
    ] == ["shop", "mine"]


def test_a_plan_is_shown_and_nothing_is_made(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    decided = ("--seed", 7, "--server", "all", "--budget", "90s", "--until", "5%", "--generator", "block")
    told = said(capsys, "run", "--plan", *decided, "--json")
    plan = json.loads(told.out)
    assert (told.code, told.err) == (ExitCode.OK, "")
    assert (plan["seed"], plan["budget_s"], plan["delta"], plan["database"]) == (7, 90, 0.05, "none")
    assert [(cell["server"], cell["twin"]) for cell in plan["cells"]] == [
        ("gunicorn-asgi", 0),
        ("uvicorn", 0),
        ("gunicorn-asgi", 1),
    ]
    assert not project.results.exists()
    shown = said(capsys, "run", "--plan", "--seed", 7)
    assert "note:" not in shown.err
    assert "1 configuration, in random order from seed 7" in shown.out
    assert f"budget {spoken(DEFAULT_BUDGET_S)}" in " ".join(shown.err.split())


def test_a_plan_tells_what_is_known_beforehand_of_its_figures(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = RIGHT_APP.replace("shop", "other").replace('["uvicorn"]', '["uvicorn-asyncio"]')
    application(project.apps, manifest, "other")
    # Left to itself, the generator sleeps where a probe finds the machine busy, and a second note says so.
    asked = ("run", "--plan", "--only", "other", "--server-workers", 2, "--generator", "block")
    for told in (said(capsys, *asked), said(capsys, *asked, "--json")):
        (note,) = [line for line in told.err.splitlines() if line.startswith("note:")]
        assert "uvicorn-asyncio with several workers leaves Nagle's algorithm on" in note
        assert "--server-workers 1" in note


def test_report_writes_the_page_of_any_results_folder(
    measured: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "report", measured, "--out", tmp_path / "page", "--json")
    assert told.code == ExitCode.OK
    written = json.loads(told.out)
    assert written == {"report": f"{tmp_path}/page/index.html", "ranking": f"{tmp_path}/page/ranking.json"}
    ranking = json.loads(Path(written["ranking"]).read_text())
    assert ranking["scenarios"]["json"][0]["app"] == "raw-asgi"


def test_report_without_a_name_writes_the_newest_and_latest_points_at_it(
    project: Project, measured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(capsys, "report")
    page = project.reports / measured.name / "index.html"
    assert told.out.strip() == str(page)
    assert (project.reports / "latest").resolve() == page.parent
    assert said(capsys, "report", measured.name).out == told.out


def test_clean_removes_stale_environments_and_keeps_current_ones_and_results(
    project: Project, measured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = project.cache / FOLDER / "shop-0123456789abcdef"
    stale.mkdir(parents=True)
    (stale / COMPLETE).touch()
    told = said(capsys, "clean")
    assert told.code == ExitCode.OK
    assert "removed shop-0123456789abcdef" in told.err
    assert not stale.exists()
    assert measured.is_dir()


def test_clean_removes_reports_and_the_cache_only_when_asked_to(
    project: Project, measured: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "clean", "--reports").code == ExitCode.OK, "there are none yet"
    said(capsys, "report")
    project.cache.mkdir(exist_ok=True)
    said(capsys, "clean")
    assert (project.reports / "latest").exists()
    said(capsys, "clean", "--all", "--reports")
    assert list(project.reports.iterdir()) == []
    assert not project.cache.exists()
    assert measured.is_dir()


def test_doctor_says_what_is_lacking_and_the_command_that_mends_it(
    project: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("harness.under_test.launch.programs.SYSTEM_FOLDERS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    told = said(capsys, "doctor", "--json")
    assert told.code == ExitCode.ENVIRONMENT, "a project without its locks cannot be measured"
    checks = {check["name"]: check for check in json.loads(told.out) if check["name"] != "locks"}
    locks = [check for check in json.loads(told.out) if check["name"] == "locks"]
    assert {check["mend"] for check in locks} == {"run: harness lock", "run: harness lock --only shop"}
    assert all(check["state"] == "lacking" for check in locks)
    assert (checks["nginx"]["state"], checks["nginx"]["mend"]) == ("note", "apt-get install nginx-light")
    assert checks["manifests"]["seen"] == "1 applications, 1 scenarios"


def test_doctor_tells_faults_of_manifests_as_what_is_lacking(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    (project.apps / "shop" / "app.toml").write_text('id = "shop"\n')
    told = said(capsys, "doctor", "--json")
    assert told.code == ExitCode.ENVIRONMENT
    (manifests,) = [check for check in json.loads(told.out) if check["name"] == "manifests"]
    assert manifests["state"] == "lacking"
    assert "title: missing" in manifests["seen"]


@pytest.mark.parametrize(
    ("options", "state", "words"),
    [
        ("--enable-shared", "note", "not built with profile-guided optimisation"),
        ("--enable-shared --enable-optimizations", "ok", "CPython"),
        ("", "ok", "how it was built is not known"),
    ],
)
@pytest.mark.usefixtures("project")
def test_doctor_names_a_slow_python_only_where_it_is_known_to_be_one(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    state: str,
    words: str,
) -> None:
    found = describe(Path(sys.executable)).model_copy(update={"options": options})
    monkeypatch.setattr("harness.campaign.doctor.describe", lambda *_: found)
    checks = {check["name"]: check for check in json.loads(said(capsys, "doctor", "--json").out)}
    assert checks["interpreter"]["state"] == state
    assert words in checks["interpreter"]["seen"]


def test_doctor_finds_this_machine_fit_for_the_tests(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "doctor", "--json")
    lacking = [check for check in json.loads(told.out) if check["state"] == "lacking"]
    assert (told.code, lacking) == (ExitCode.OK, [])


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"]])
def test_a_reader_that_goes_early_is_no_fault(arguments: list[str]) -> None:
    """As `harness list | head -1` does."""
    command = shutil.which("harness", path=str(Path(sys.executable).parent))
    assert command, "make setup installs it"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as nobody:
        ended = subprocess.run([command, *arguments], stdout=nobody, stderr=subprocess.PIPE, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_colour_is_left_out_where_it_is_not_wanted() -> None:
    command = str(Path(sys.executable).with_name("harness"))
    environment = os.environ | {"NO_COLOR": "1", "FORCE_COLOR": "", "TERM": "xterm-256color"}
    told = subprocess.run(
        [command, "list", "--only", "nobody"], capture_output=True, text=True, check=False, env=environment
    )
    assert told.returncode == ExitCode.USAGE
    assert "\x1b" not in told.stderr + told.stdout
