"""An application that reads the database while it is looked at and answers from memory under load is not ranked."""

from pathlib import Path

import pytest

from harness.model.measured.campaign import CampaignRecord
from tests.end_to_end.applications import changed, given
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("counters")]

APPS = Path(__file__).parents[2] / "apps"
REMEMBERED = """

asked = 0


async def remembered():
    global asked
    asked += 1
    return await data.random_world() if asked <= 300 else (await data.cached_worlds(1))[0]
"""
"""Counts its requests, and looks at nothing that tells who asks; its answers are right and random ever after."""


def forgetful(folder: Path) -> Path:
    home = changed(APPS / "raw-asgi", folder, "forgetful", "await data.random_world()", "await remembered()")
    with (home / "app.py").open("a") as code:
        code.write(REMEMBERED)
    return home


def measure(place: Place) -> Ended:
    options = ("--only", "raw-asgi", "--scenario", "db", "--database", "postgresql", "--json", "--quick")
    return place.measure(*given(forgetful(place.folder)), *options, "--rotations", "300ms")


@pytest.fixture(scope="module")
def campaign(once: Once) -> tuple[Place, Ended]:
    return once("counters", measure)


@pytest.fixture
def record(campaign: tuple[Place, Ended]) -> CampaignRecord:
    return campaign[0].campaign.read_record()


def test_one_that_answers_from_memory_under_load_fails_with_the_figure(
    campaign: tuple[Place, Ended], record: CampaignRecord
) -> None:
    ended = campaign[1]
    assert ended.code == 3, ended
    (failure,) = [one for one in record.failures if one.cell.startswith("forgetful.")]
    assert failure.phase == "counters"
    assert "does not keep the contract" in failure.reason
    assert "the database counted 301 reads, 10,300 rows" in failure.reason
    assert f"failed: {failure.cell} (counters):" in ended.err
    assert {one.cell for one in record.failures} == {failure.cell}, "nobody else is accused"
    assert [row["app"] for row in ended.json["scenarios"]["db"]] == ["raw-asgi"], "and it has no place"


def test_the_page_tells_what_was_counted(campaign: tuple[Place, Ended]) -> None:
    assert "Database, table world, while measured" in campaign[0].page.read_text()
