"""Applications beyond the core, which no other test starts: each keeps the contract on its default server."""

import pytest

from harness.catalog.applications import Application
from tests.apps.test_applications import IN_PYTHON
from tests.end_to_end.command import Ended, Place

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("verified")]

BEYOND = [application for application in IN_PYTHON if not application.manifest.core]
LIMITS = {
    "postgresql": ("--database", "postgresql"),
    "sqlite": ("--database", "sqlite"),
    "no database": ("--scenario", "json", "--scenario", "plaintext"),
}


def default_server(application: Application) -> str:
    return application.manifest.servers[0]


@pytest.fixture(scope="module", params=LIMITS)
def verified(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """All of them by one command: what they wait for, they wait for together."""
    place = Place(tmp_path_factory.mktemp("v"))
    chosen = [part for application in BEYOND for part in ("--only", application.id)]
    chosen += [
        part
        for server in sorted({default_server(application) for application in BEYOND})
        for part in ("--server", server)
    ]
    ended = place.run("verify", *chosen, *LIMITS[request.param], "--json")
    assert place.left() == []
    return ended


@pytest.mark.parametrize("application", BEYOND, ids=lambda application: application.id)
def test_an_application_keeps_the_contract_whatever_database_there_is(
    application: Application, verified: Ended
) -> None:
    wanted = (application.id, default_server(application))
    (found,) = [cell for cell in verified.json if (cell["app"], cell["server"]) == wanted]
    assert found["passed"], found
