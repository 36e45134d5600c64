"""The project's own applications, as far as can be told without starting them."""

from pathlib import Path

import pytest

from harness.catalog.applications import Application, find_applications
from harness.catalog.scenarios import find_scenarios
from harness.target.servers import SERVERS

ROOT = Path(__file__).parents[2]
CORE = ("django", "fastapi", "flask", "raw-asgi", "raw-wsgi", "starlette")
APPLICATIONS = find_applications(
    ROOT / "apps",
    known_servers={server.id: server.interface for server in SERVERS.values()},
    known_scenarios=[scenario.id for scenario in find_scenarios(ROOT / "scenarios")],
)


def test_the_core_applications_are_found_in_their_folders() -> None:
    assert set(CORE) <= {application.id for application in APPLICATIONS}


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda application: application.id)
def test_an_application_costs_about_a_hundred_lines(application: Application) -> None:
    code = [line for path in application.folder.rglob("*.py") for line in path.read_text().splitlines()]
    assert len(code) <= 110


@pytest.mark.parametrize("application", APPLICATIONS, ids=lambda application: application.id)
def test_an_application_of_the_controlled_tier_uses_the_shared_data_access(application: Application) -> None:
    shares = any("from harness_data import" in path.read_text() for path in application.folder.rglob("*.py"))
    assert shares == (application.manifest.tier != "idiomatic")
