"""Applications beyond the core, which no other test starts: each keeps the contract on its default server."""

import pytest

from harness.catalog.applications import Application
from tests.apps.test_applications import IN_PYTHON
from tests.end_to_end.command import Place

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]


@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
@pytest.mark.parametrize(
    "application", [app for app in IN_PYTHON if not app.manifest.core], ids=lambda application: application.id
)
def test_an_application_keeps_the_contract_on_either_database(
    application: Application, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("v"))
    chosen = ("--only", application.id, "--server", application.manifest.servers[0])
    ended = place.run("verify", *chosen, "--database", database)
    assert ended.code == 0, ended
    assert place.left() == []
