"""`harness new` makes folders that keep the contract as they are."""

import shutil
from pathlib import Path

import pytest

from harness.catalog.beginning import begin
from tests.end_to_end.command import Place

pytestmark = pytest.mark.timeout(300)

ROOT = Path(__file__).parents[2]
INTERFACES = ("asgi", "wsgi", "own")


def test_a_new_application_of_each_interface_is_locked_and_keeps_the_contract(tmp_path: Path) -> None:
    place = Place(folder=tmp_path)
    for interface in INTERFACES:
        ended = place.run("new", f"my-{interface}", "--interface", interface, "--into", tmp_path)
        assert ended.code == 0, ended
        folder = tmp_path / f"my-{interface}"
        assert ended.out == f"{folder}\n"
        assert {file.name for file in folder.iterdir()} == {"app.py", "app.toml", "requirements.in", "requirements.txt"}
        assert f'id = "my-{interface}"' in (folder / "app.toml").read_text()
        assert "NAME" not in (folder / "app.py").read_text()
        assert f"harness verify --app {folder} --only my-{interface}" in ended.err
    given = [argument for interface in INTERFACES for argument in ("--app", tmp_path / f"my-{interface}")]
    chosen = [argument for interface in INTERFACES for argument in ("--only", f"my-{interface}")]
    verified = place.run("verify", *given, *chosen, "--database", "sqlite", "--quiet")
    assert verified.code == 0, verified


def test_in_the_project_it_takes_what_all_applications_share(tmp_path: Path) -> None:
    apps = tmp_path / "apps"
    for name in ("_beginnings", "_shared"):
        shutil.copytree(ROOT / "apps" / name, apps / name)
    folder = begin("mine", "asgi", apps, apps)
    assert (folder / "requirements.in").read_text() == "-r ../_shared/requirements.in\n"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My App", "NAME: My App is no id"),
        ("../elsewhere", "NAME: ../elsewhere is no id"),
        ("there", "it is there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "there").mkdir()
    ended = Place(folder=tmp_path).run("new", name, "--into", tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert not list((tmp_path / "there").iterdir())
    assert {path.name for path in tmp_path.iterdir()} == {"there", "tmp"}
