from pathlib import Path

import pytest

from harness.catalog.applications import Application
from harness.catalog.filters import choose_applications, choose_scenarios, choose_servers
from harness.catalog.scenarios import find_scenarios
from harness.model.errors import UsageError
from tests.catalog.trees import RIGHT_APP, RIGHT_SCENARIO, application, found, scenario


@pytest.fixture
def applications(tmp_path: Path) -> tuple[Application, ...]:
    both = RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "gunicorn-sync"]') + 'targets.wsgi = "app:wsgi"'
    for name, manifest in {"falcon": both, "raw-asgi": RIGHT_APP, "starlette": RIGHT_APP}.items():
        application(tmp_path, manifest.replace("shop", name), name)
    return found(tmp_path)


def ids(applications: tuple[Application, ...]) -> list[str]:
    return [application.id for application in applications]


def test_without_a_filter_every_application_stays(applications: tuple[Application, ...]) -> None:
    assert choose_applications(applications) == applications


def test_only_and_skip_take_ids_and_patterns(applications: tuple[Application, ...]) -> None:
    assert ids(choose_applications(applications, only=["starlette", "raw-*"])) == ["raw-asgi", "starlette"]
    assert ids(choose_applications(applications, skip=["raw-*"])) == ["falcon", "starlette"]
    assert ids(choose_applications(applications, only=["*a*"], skip=["starlette"])) == ["falcon", "raw-asgi"]


def test_a_filter_that_matches_nothing_is_told_with_what_it_looks_like(applications: tuple[Application, ...]) -> None:
    with pytest.raises(UsageError, match=r'--only: "starlete" matches nothing\nDid you mean "starlette"\?'):
        choose_applications(applications, only=["falcon", "starlete"])
    with pytest.raises(UsageError, match=r'--skip: "x" matches nothing\nThere are: falcon, raw-asgi, starlette'):
        choose_applications(applications, skip=["x"])


def test_filters_that_leave_nothing_are_told(applications: tuple[Application, ...]) -> None:
    with pytest.raises(UsageError, match="no application is left"):
        choose_applications(applications, only=["falcon"], skip=["f*"])


def test_each_application_runs_on_its_first_server_unless_told(applications: tuple[Application, ...]) -> None:
    assert [server for _, server in choose_servers(applications)] == ["uvicorn", "uvicorn", "uvicorn"]


def test_servers_are_chosen_by_pattern_and_applications_without_them_are_left_out(
    applications: tuple[Application, ...],
) -> None:
    assert [(a.id, s) for a, s in choose_servers(applications, ["gunicorn-*"])] == [("falcon", "gunicorn-sync")]


def test_all_servers_are_the_whole_matrix(applications: tuple[Application, ...]) -> None:
    chosen = [(a.id, s) for a, s in choose_servers(applications, ["all"])]
    assert chosen == [
        ("falcon", "uvicorn"),
        ("falcon", "gunicorn-sync"),
        ("raw-asgi", "uvicorn"),
        ("starlette", "uvicorn"),
    ]


def test_a_server_that_no_chosen_application_names_is_told(applications: tuple[Application, ...]) -> None:
    with pytest.raises(
        UsageError, match=r'--server: "gunicorn-gthread" matches nothing\nDid you mean "gunicorn-sync"\?'
    ):
        choose_servers(applications, ["gunicorn-gthread"])


def test_scenarios_are_chosen_in_their_own_order(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        scenario(tmp_path / "scenarios", RIGHT_SCENARIO.replace('"hello"\nt', f'"{name}"\nt'), name)
    scenarios = find_scenarios(tmp_path / "scenarios")
    assert choose_scenarios(scenarios) == scenarios
    assert [chosen.id for chosen in choose_scenarios(scenarios, ["c", "a"])] == ["a", "c"]
    with pytest.raises(UsageError, match="--scenario"):
        choose_scenarios(scenarios, ["d*"])
