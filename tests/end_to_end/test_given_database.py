"""A campaign on a database server that somebody else runs, with counters of statements loaded."""

import pytest

from harness.under_test.services import provision
from tests.end_to_end.command import Ended, Place
from tests.end_to_end.conftest import Once

pytestmark = pytest.mark.xdist_group("given database")

OPTIONS = ("--only", "raw-wsgi", "--scenario", "db", "--quick", "--rotations", "300ms")


def measure(place: Place) -> Ended:
    with provision("postgresql", place.folder / "theirs", max_connections=100, counting=True) as theirs:
        url = theirs.url.partition("?")[0]
        (place.folder / "url").write_text(url)
        return place.measure(*OPTIONS, HARNESS_DATABASE_URL=url)


@pytest.fixture(scope="module")
def campaign(once: Once) -> tuple[Place, Ended]:
    return once("given", measure)


def test_it_is_used_and_its_password_is_told_nowhere(campaign: tuple[Place, Ended]) -> None:
    place, ended = campaign
    assert ended.code == 0, ended
    (service,) = place.campaign.read_record().services
    assert service.source == "given --database-url"
    password = (place.folder / "url").read_text().partition("://")[2].partition("@")[0].partition(":")[2].encode()
    assert len(password) > 10
    kept = [path for path in (place.results, place.page.parent) for path in path.rglob("*") if path.is_file()]
    assert len(kept) > 5
    assert [path for path in kept if password in path.read_bytes()] == []
    assert password.decode() not in ended.out + ended.err


def test_it_is_audited_and_the_record_says_that_it_counts_while_measuring(campaign: tuple[Place, Ended]) -> None:
    record = campaign[0].campaign.read_record()
    assert [one.code for one in record.notices if one.code == "counters-loaded"] == ["counters-loaded"]
    assert [[one.reads for one in counted] for counted in record.audits.values()] == [[64]]


def test_going_on_needs_it_again(campaign: tuple[Place, Ended]) -> None:
    place, _ = campaign
    again = place.run("run", "--resume", place.results / "latest", "--blocks", 2, "--out", place.folder / "again")
    assert again.code == 2, again
    assert "services.PostgreSQL.source: given --database-url then, " in again.err
