"""Applications beyond the core, which no other test starts: each keeps the contract on its default server."""

import pytest

from harness.catalog.applications import Application
from tests.apps.test_applications import IN_PYTHON
from tests.end_to_end.command import Place

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]


BEYOND = [application for application in IN_PYTHON if not application.manifest.core]
WITHOUT_DATABASE = ("--scenario", "json", "--scenario", "plaintext")


@pytest.mark.parametrize(
    "limits",
    [("--database", "postgresql"), ("--database", "sqlite"), WITHOUT_DATABASE],
    ids=["postgresql", "sqlite", "no database"],
)
@pytest.mark.parametrize("application", BEYOND, ids=lambda application: application.id)
def test_an_application_keeps_the_contract_whatever_database_there_is(
    application: Application, limits: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("v"))
    chosen = ("--only", application.id, "--server", application.manifest.servers[0])
    ended = place.run("verify", *chosen, *limits)
    assert ended.code == 0, ended
    assert place.left() == []
