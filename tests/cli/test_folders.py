import os
from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from harness.cli.folders import point_latest_at, results_folder
from harness.model.errors import UsageError
from harness.process.folders import locked
from harness.report.reading import read
from harness.store.running import RUNNING_NAME
from tests.report.campaigns import campaign, saved


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


def test_a_campaign_that_is_being_measured_is_not_taken_unasked_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project(tmp_path)
    old, ended, now = (folder(project.results / name) for name in ("old", "ended", "now"))
    for number, each in enumerate((old, now, ended)):
        (each / "campaign.json").touch()
        os.utime(each / "campaign.json", (number, number))
    point_latest_at(now)
    with locked(now / RUNNING_NAME):
        assert results_folder(project, None) == ended
        assert "now is being measured at this moment: read is the newest that has ended, ended" in said_so_far(capsys)
        assert results_folder(project, Path("now")) == now
        assert "now is being measured at this moment: what it has so far is read" in said_so_far(capsys)
    assert results_folder(project, None) == now, "its lock is free, whatever its record says"
    assert said_so_far(capsys) == ""


def test_the_only_campaign_is_not_read_while_it_is_measured(tmp_path: Path) -> None:
    project = Project(tmp_path)
    now = folder(project.results / "now")
    point_latest_at(now)
    with locked(now / RUNNING_NAME), pytest.raises(UsageError, match="the only campaign there is"):
        results_folder(project, None)


def said_so_far(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_a_campaign_whose_harness_was_killed_is_interrupted_and_not_running(tmp_path: Path) -> None:
    record, trials = campaign(1)
    results = saved(tmp_path / "killed", record.model_copy(update={"state": "running"}), trials)
    assert read(results).record.state == "interrupted"
    with locked(results / RUNNING_NAME):
        assert read(results).record.state == "running"
