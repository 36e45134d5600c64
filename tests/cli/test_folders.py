from pathlib import Path

import pytest

from harness.campaign.project import Project
from harness.cli.folders import point_latest_at, results_folder
from harness.model.errors import UsageError


def folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path


def test_latest_points_at_the_newest(tmp_path: Path) -> None:
    for name in ("one", "two"):
        point_latest_at(folder(tmp_path / name))
        assert (tmp_path / "latest").resolve() == tmp_path / name
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "one", "two"]


def test_latest_that_points_nowhere_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("removed")
    point_latest_at(folder(tmp_path / "one"))
    assert (tmp_path / "latest").resolve() == tmp_path / "one"


def test_somebodys_own_folder_of_that_name_is_left_alone(tmp_path: Path) -> None:
    folder(tmp_path / "latest" / "mine")
    point_latest_at(folder(tmp_path / "one"))
    assert (tmp_path / "latest" / "mine").is_dir()
    assert not (tmp_path / "latest").is_symlink()


def test_results_are_found_by_path_by_name_and_as_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    one = folder(project.results / "one")
    point_latest_at(one)
    monkeypatch.chdir(folder(tmp_path / "elsewhere"))
    for given in (one, Path("one"), Path("latest"), Path("../results/one"), None):
        assert results_folder(project, given) == one


def test_results_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no campaign yet"):
        results_folder(Project(tmp_path), None)
    with pytest.raises(UsageError, match="two: there is no such results folder"):
        results_folder(Project(tmp_path), Path("two"))
