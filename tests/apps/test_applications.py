"""The project's own applications, as far as can be told without starting them."""

from pathlib import Path

import pytest

from harness.catalog.applications import Application, find_applications
from harness.catalog.scenarios import find_scenarios
from harness.under_test.launch.servers import SERVERS

ROOT = Path(__file__).parents[2]
CORE = ("django", "fastapi", "flask", "raw-asgi", "raw-wsgi", "starlette")
BEYOND_THE_CORE = (
    "aiohttp",
    "blacksheep",
    "django-async",
    "django-ninja",
    "django-ninja-orm",
    "django-orm",
    "djangorestframework",
    "djangorestframework-orm",
    "emmett",
    "emmett-orm",
    "falcon",
    "fastapi-sqlalchemy",
    "flask-asgi",
    "flask-sqlalchemy",
    "litestar",
    "quart",
    "raw-rsgi",
    "tornado",
    "robyn",
    "sanic",
    "sanic-tortoise",
)
TECHEMPOWER = ("json", "plaintext", "db", "queries", "fortunes", "updates", "cached")
SCENARIOS = find_scenarios(ROOT / "scenarios")
APPLICATIONS = find_applications(
    ROOT / "apps",
    known_servers={server.id: server.interface for server in SERVERS.values()},
    known_scenarios=[scenario.id for scenario in SCENARIOS],
)
IN_PYTHON = [application for application in APPLICATIONS if application.manifest.language == "python"]


def test_the_core_applications_are_found_in_their_folders() -> None:
    assert set(CORE) <= {application.id for application in APPLICATIONS}


@pytest.mark.parametrize("application", IN_PYTHON, ids=lambda application: application.id)
def test_an_application_costs_at_most_100_lines_or_250_for_more_scenarios(application: Application) -> None:
    lines = [line for path in application.folder.rglob("*.py") for line in path.read_text().splitlines()]
    most = 100 if set(application.manifest.scenarios) <= set(TECHEMPOWER) else 250
    assert 0 < len([line for line in lines if line.strip()]) <= most


@pytest.mark.parametrize("application", IN_PYTHON, ids=lambda application: application.id)
def test_all_but_the_idiomatic_tier_use_the_shared_data_access(application: Application) -> None:
    """What is drawn at random and how a parameter is read is the contract's; how rows are read is the tier's."""
    code = "".join(path.read_text() for path in application.folder.rglob("*.py"))
    shares = any(f"from harness_data import {module}" in code for module in ("sync", "asynchronous"))
    assert shares == (application.manifest.tier != "idiomatic")


@pytest.mark.parametrize("application", IN_PYTHON, ids=lambda application: application.id)
def test_an_application_answers_the_core_scenarios(application: Application) -> None:
    assert {scenario.id for scenario in SCENARIOS if scenario.manifest.core} == {"json", "plaintext", "db"}
    assert {"json", "plaintext", "db"} <= set(application.manifest.scenarios)


@pytest.mark.parametrize("name", [*CORE, *BEYOND_THE_CORE])
def test_an_application_that_the_project_keeps_answers_all_of_techempower(name: str) -> None:
    (application,) = [one for one in APPLICATIONS if one.id == name]
    assert set(TECHEMPOWER) <= set(application.manifest.scenarios)


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda application: application.id)
def test_an_application_says_what_is_idiomatic_about_it_and_which_documentation_it_follows(
    application: Application,
) -> None:
    assert application.manifest.about.endswith("."), "say it in app.toml: about, in one to three sentences"
    assert application.manifest.follows, "name in app.toml the pages that it is written by: follows"


def test_an_idiomatic_variant_names_the_framework_of_its_controlled_one() -> None:
    """By this name the report joins the two."""
    controlled = {app.manifest.uses.framework for app in IN_PYTHON if app.manifest.tier == "controlled"}
    idiomatic = [app for app in IN_PYTHON if app.manifest.tier == "idiomatic"]
    assert idiomatic
    assert {app.manifest.uses.framework for app in idiomatic} <= controlled
    assert all(app.manifest.uses.orm != "none" for app in idiomatic)
