"""Applications and scenarios of a person's own, beside the project's."""

from pathlib import Path

import pytest

from harness.catalog.scenarios import find_scenarios
from harness.model.errors import UsageError
from tests.catalog.trees import RIGHT_APP, RIGHT_SCENARIO, application, found, scenario


def named(name: str, folder: Path) -> Path:
    return Path(f"{name}={folder}")


def test_two_folders_with_one_id_are_refused_with_the_way_to_rename_one(tmp_path: Path) -> None:
    trees = [application(tmp_path / tree) for tree in ("before", "after")]
    with pytest.raises(UsageError, match=r'"shop" is taken by .*before/shop; .*--app NAME=DIR'):
        found(tmp_path / "apps", *trees)


def test_a_folder_given_with_a_name_has_it_for_its_id(tmp_path: Path) -> None:
    before, after = (application(tmp_path / tree) for tree in ("before", "after"))
    apps = found(tmp_path / "apps", named("old", before), named("new", after))
    assert [(app.id, app.manifest.id, app.folder) for app in apps] == [("old", "old", before), ("new", "new", after)]


def test_one_of_the_projects_own_may_be_measured_under_another_name_too(tmp_path: Path) -> None:
    folder = application(tmp_path)
    assert [app.id for app in found(tmp_path, named("copy", folder))] == ["shop", "copy"]


def test_a_name_does_not_hide_a_fault(tmp_path: Path) -> None:
    folder = application(tmp_path / "mine", RIGHT_APP.replace("uvicorn", "uvikorn"))
    with pytest.raises(UsageError, match='no server is called "uvikorn"'):
        found(tmp_path / "apps", named("old", folder))


def test_a_folder_whose_name_holds_an_equals_sign_is_itself(tmp_path: Path) -> None:
    folder = application(tmp_path, name="a=b")
    assert [app.folder for app in found(tmp_path / "apps", folder)] == [folder]


def test_scenarios_of_other_folders_stand_beside_the_projects(tmp_path: Path) -> None:
    scenario(tmp_path / "scenarios")
    mine = scenario(tmp_path / "mine", RIGHT_SCENARIO.replace('"hello"', '"basket"', 1), "basket")
    scenarios = find_scenarios(tmp_path / "scenarios", [tmp_path / "mine"])
    assert [(one.id, one.folder) for one in scenarios] == [
        ("hello", tmp_path / "scenarios" / "hello"),
        ("basket", mine),
    ]


def test_a_scenario_whose_id_is_taken_is_refused(tmp_path: Path) -> None:
    scenario(tmp_path / "scenarios")
    scenario(tmp_path / "mine")
    with pytest.raises(UsageError, match=r'mine/hello/scenario\.toml: id: "hello" is taken by .*scenarios/hello'):
        find_scenarios(tmp_path / "scenarios", [tmp_path / "mine"])


@pytest.mark.parametrize("name", ["empty", "nowhere"])
def test_a_folder_without_scenarios_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=f"--scenarios .*{name}: no folder in it holds a scenario.toml"):
        find_scenarios(tmp_path / "scenarios", [tmp_path / name])
