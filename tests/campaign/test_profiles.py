"""A profile decides what is measured where no filter says it, and nothing else."""

import platform
from pathlib import Path
from typing import Any

import pytest

from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.profiles import PROFILES
from harness.campaign.plan.project import Project
from harness.campaign.session.resume import differences
from harness.catalog.applications import find_applications
from harness.catalog.claim_files import STORY, read_story
from harness.catalog.scenarios import find_scenarios
from harness.cli.run.plans import latency_plan, wanted_options
from harness.model.errors import UsageError
from harness.model.measured.campaign import Plan
from harness.under_test.launch.servers import SERVERS
from tests.catalog.trees import RIGHT_APP, application

PROJECT = Project(Path(__file__).parents[2])
SCENARIOS = {scenario.id: scenario.manifest for scenario in find_scenarios(PROJECT.scenarios)}
APPLICATIONS = {
    found.id: found.manifest
    for found in find_applications(
        PROJECT.apps,
        known_servers={server.id: server.interface for server in SERVERS.values()},
        known_scenarios=list(SCENARIOS),
    )
}


def asked(**given: Any) -> RunOptions:
    return wanted_options(None, RunOptions(**({"platform": PlatformOptions(database="sqlite"), "seed": 1} | given)))


def plan_of(**given: Any) -> Plan:
    return prepare(PROJECT, asked(**given)).record.plan


def cells_of(plan: Plan) -> set[tuple[str, str]]:
    return {(cell.app, cell.server) for cell in plan.cells}


def test_without_a_profile_the_core_is_measured_each_application_on_its_default_server() -> None:
    plan = plan_of()
    assert plan.profile == "core"
    assert cells_of(plan) == {(id_, found.servers[0]) for id_, found in APPLICATIONS.items() if found.core}
    assert {scenario.id for scenario in plan.scenarios} == {id_ for id_, found in SCENARIOS.items() if found.core}
    assert plan.shape.levels_s == 0


def test_the_core_takes_minutes_with_the_frameworks_of_the_story_in_it() -> None:
    assert {"fastapi", "starlette", "flask", "django"} <= {cell.app for cell in plan_of().cells}
    assert {scenario.id for scenario in plan_of().scenarios} == {"json", "plaintext", "db"}


def test_unasked_the_scenarios_take_turns_with_response_times_and_each_block_measures_those_that_were_named() -> None:
    core, full, named = plan_of(), plan_of(profile="full"), plan_of(latency=("all",))
    one = plan_of(selection=Selection(scenarios=("json",)))
    assert [plan.latency_in_turn for plan in (core, full, named, one)] == [True, False, False, False]
    assert set(core.latency) == set(named.latency) == {"json", "plaintext", "db"}
    assert one.latency == ("json",)
    assert latency_plan(core).endswith("of each block, one scenario a block in turn.")
    assert latency_plan(named).endswith("of each block.")
    for plan in (core, named, one):
        assert prepare(PROJECT, RunOptions.like(plan)).record.plan == plan


def test_the_full_profile_is_every_application_on_every_server_in_every_scenario_at_every_level() -> None:
    plan = plan_of(profile="full")
    here = platform.python_version()
    every = {
        (id_, server)
        for id_, found in APPLICATIONS.items()
        for server in found.servers
        if SERVERS[server].runs_on(here)
    }
    assert cells_of(plan) == every | {("flask-async", "gunicorn-gthread"), ("django-2020", "uvicorn")}
    assert {scenario.id for scenario in plan.scenarios} == set(SCENARIOS) == set(plan.latency)
    assert plan.shape.levels_s > 0


def test_the_profile_of_techempower_has_their_levels() -> None:
    plan = plan_of(profile="techempower")
    levels = {scenario.id: [level.connections for level in scenario.levels] for scenario in plan.scenarios}
    assert levels["json"] == [16, 32, 64, 128, 256, 512]
    assert {scenario.id: scenario.rank.at.connections for scenario in plan.scenarios}["json"] == 512
    assert set(levels) == {id_ for id_, found in SCENARIOS.items() if found.techempower}
    assert cells_of(plan) == {(id_, found.servers[0]) for id_, found in APPLICATIONS.items()}


def test_the_profile_of_the_story_has_what_its_statements_need_with_one_worker() -> None:
    plan = plan_of(profile="story")
    assert {cell.workers for cell in plan.cells} == {1}
    assert {cell.threads for cell in plan.cells if cell.app == "flask"} == {None, 1, 200}
    ours = {id_ for id_, found in SCENARIOS.items() if found.techempower is None}
    assert {scenario.id for scenario in plan.scenarios} == ours | {"json", "db", "fortunes"}
    for asked_for in (asked for one in read_story(STORY).statements for asked in one.evidence):
        app = getattr(asked_for, "app", None)
        assert app is None or app in {cell.app for cell in plan.cells}
        scenario = getattr(asked_for, "scenario", None)
        assert scenario is None or scenario in {one.id for one in plan.scenarios}


def test_numbers_of_threads_and_workers_that_are_given_take_the_place_of_the_profiles() -> None:
    platform = PlatformOptions(database="sqlite", threads=(4,), server_workers=(2,))
    cells = [cell for cell in plan_of(profile="story", platform=platform).cells if cell.app == "flask"]
    assert [(cell.workers, cell.threads) for cell in cells] == [(2, 4)]


@pytest.mark.parametrize("name", PROFILES)
def test_what_is_named_is_measured_whatever_the_profile(name: str) -> None:
    named = Selection(only=("raw-*",), servers=("uvicorn",), scenarios=("plaintext",))
    plan = plan_of(profile=name, selection=named, budget_s=9.0)
    assert cells_of(plan) == {("raw-asgi", "uvicorn")}
    assert [scenario.id for scenario in plan.scenarios] == ["plaintext"]
    assert plan.budget_s == 9


def test_an_application_given_by_its_folder_joins_the_core(tmp_path: Path) -> None:
    shop = application(tmp_path, RIGHT_APP, "shop")
    apps = {cell.app for cell in plan_of(selection=Selection(app_folders=(shop,))).cells}
    assert apps == {"shop", *(id_ for id_, found in APPLICATIONS.items() if found.core)}


def test_skip_may_name_what_the_core_leaves_out() -> None:
    everything = {cell.app for cell in plan_of().cells}
    assert {cell.app for cell in plan_of(selection=Selection(skip=("f*",))).cells} == {
        app for app in everything if not app.startswith("f")
    }


@pytest.mark.parametrize("name", PROFILES)
def test_a_campaign_of_a_profile_is_gone_on_with_as_it_was(name: str) -> None:
    first = prepare(PROJECT, asked(profile=name)).record
    again = prepare(PROJECT, RunOptions.like(first.plan)).record
    assert list(differences(first, again)) == []


def test_an_unknown_profile_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="'fast' is not known") as refused:
        asked(profile="fast")
    assert "core, full, techempower, story" in refused.value.mend
