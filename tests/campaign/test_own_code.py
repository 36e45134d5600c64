"""What is recorded and said of applications and scenarios of a person's own."""

import subprocess
from pathlib import Path

import pytest

from harness.analysis.compare.conditions import disclosed
from harness.campaign.cells.installing import Pythons, place_of
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.under_test.launch.readiness import Deadlines
from tests.catalog.trees import RIGHT_APP, RIGHT_SCENARIO, application, scenario

PROJECT = Project.here()
BASKET = RIGHT_SCENARIO.replace('"hello"', '"basket"', 1)
POSTS = BASKET.replace('{ path = "/hello" }', '{ method = "POST", path = "/hello", body = "x" }')


def git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=somebody", "-c", "user.email=somebody@localhost")
    done = subprocess.run(["git", "-C", folder, *who, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """An application in a repository of its own."""
    folder = application(tmp_path)
    (folder / "app.py").write_text("app = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    return folder


def prepared(*folders: Path, scenarios: Path | None = None, **platform: object) -> Prepared:
    selection = Selection(
        only=("raw-asgi",),
        app_folders=folders,
        scenario_folders=(scenarios,) if scenarios else (),
        servers=("uvicorn",),
    )
    on = PlatformOptions.model_validate({"database": "sqlite"} | platform)
    return prepare(PROJECT, RunOptions(selection=selection, platform=on, profile="full"))


def test_the_record_holds_each_applications_code_and_commit_and_compare_says_what_changed(shop: Path) -> None:
    first = git(shop, "rev-parse", "HEAD")
    before = prepared(shop).record
    assert before.sources["shop"].commit == first
    assert before.sources["raw-asgi"].commit is None, "it is of the campaign's own commit"
    assert len(before.sources["raw-asgi"].sha256) == 64
    (shop / "app.py").write_text("app = 2\n")
    dirty = prepared(shop).record
    assert dirty.sources["shop"].commit == f"{first}-dirty"
    git(shop, "commit", "-qam", "second")
    after = prepared(shop).record
    (told,) = [one for one in disclosed(before, after) if one.field == "source.shop"]
    assert told.before.startswith(f"commit {first[:12]}, sha256 ")
    assert told.after.startswith(f"commit {git(shop, 'rev-parse', 'HEAD')[:12]}, sha256 ")
    assert not [one for one in disclosed(dirty, after) if one.field == "source.shop"], "the code is the same"


def test_two_worktrees_of_one_application_are_planned_beside_each_other(shop: Path) -> None:
    record = prepared(Path(f"old={shop}"), Path(f"new={shop}")).record
    assert {cell.app for cell in record.plan.cells} == {"old", "new", "raw-asgi"}


@pytest.mark.parametrize(("manifest", "told"), [(POSTS, True), (BASKET, False)])
def test_a_scenario_that_writes_without_a_database_of_ours_is_told(manifest: str, told: bool, tmp_path: Path) -> None:
    scenario(tmp_path / "mine", manifest, "basket")
    shop = application(tmp_path, RIGHT_APP.replace('"json"', '"json", "basket"'))
    notices = prepared(shop, scenarios=tmp_path / "mine").record.notices
    assert [notice.seen.split()[0] for notice in notices if notice.code == "shared-state"] == ["basket"] * told


@pytest.mark.parametrize(
    ("manifest", "asked", "deadlines"),
    [
        ("", None, Deadlines()),
        ("start_timeout_s = 90\n", None, Deadlines.within(90)),
        ("start_timeout_s = 90\n", 5.0, Deadlines.within(5)),
    ],
)
def test_the_start_deadline_is_the_options_before_the_manifests(
    manifest: str, asked: float | None, deadlines: Deadlines, tmp_path: Path
) -> None:
    ready = prepared(application(tmp_path, manifest + RIGHT_APP), start_timeout_s=asked)
    (cell,) = [cell for cell in ready.record.plan.cells if cell.app == "shop"]
    stage = Stage(PROJECT, ready, Pythons({place_of(cell): Path("python")}, {}), tmp_path, service=None)
    assert stage.launches([cell])[0].deadlines == deadlines
    assert RunOptions.like(ready.record.plan).platform.start_timeout_s == asked
