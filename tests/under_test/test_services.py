"""What every database service promises, asked of each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.model.asked.cell import DatabaseKind
from harness.model.asked.dataset import fortunes, worlds
from harness.model.errors import TargetFailed
from harness.under_test.services import SERVICES, LiveService, provision, seeding, sqlite
from tests.under_test.databases import connected, rows


@contextmanager
def given_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    there, here = tmp_path_factory.mktemp("theirs"), tmp_path_factory.mktemp("ours")
    with (
        provision("postgresql", there, max_connections=60) as theirs,
        provision("postgresql", here, url=theirs.url, max_connections=20) as ours,
    ):
        yield ours


@contextmanager
def started(kind: DatabaseKind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with provision(kind, tmp_path_factory.mktemp(kind), max_connections=20) as live:
        yield live


@pytest.fixture(scope="module", params=[*SERVICES, "given postgresql"])
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    if request.param == "given postgresql":
        with given_postgresql(tmp_path_factory) as service:
            yield service
    else:
        with started(request.param, tmp_path_factory) as service:
            yield service


def test_every_row_of_the_data_set_is_there(live: LiveService) -> None:
    assert rows(live.url, "SELECT id, randomnumber FROM world ORDER BY id") == list(worlds())
    assert rows(live.url, "SELECT id, message FROM fortune ORDER BY id") == list(fortunes())


def test_column_names_may_be_written_as_the_contract_writes_them(live: LiveService) -> None:
    assert rows(live.url, "SELECT randomNumber FROM World WHERE id = 10000") == [(worlds()[-1].random_number,)]


def test_the_id_is_a_primary_key(live: LiveService) -> None:
    with pytest.raises(Exception, match=r"(?i)unique"):
        rows(live.namespace("a second row 1").url, "INSERT INTO world VALUES (1, 1)")


def test_namespaces_hold_the_same_rows_and_do_not_meet(live: LiveService) -> None:
    one, other = live.namespace("flask.w1").url, live.namespace("django.w1").url
    rows(one, "UPDATE world SET randomnumber = -1")
    assert rows(one, "SELECT DISTINCT randomnumber FROM world") == [(-1,)]
    for untouched in (other, live.url):
        assert rows(untouched, "SELECT id, randomnumber FROM world ORDER BY id") == list(worlds())


def test_a_namespace_asked_for_again_is_the_same_one(live: LiveService) -> None:
    first = live.namespace("again").url
    rows(first, "DELETE FROM fortune")
    assert live.namespace("again").url == first
    assert rows(first, "SELECT * FROM fortune") == []


def test_settling_after_writes_keeps_the_data(live: LiveService) -> None:
    written = live.namespace("written").url
    rows(written, "UPDATE world SET randomnumber = 7")
    live.settle()
    assert rows(written, "SELECT count(*), sum(randomnumber) FROM world") == [(10_000, 70_000)]


def test_settling_vacuums_the_tables_of_every_namespace(live: LiveService) -> None:
    if live.kind == "sqlite":
        pytest.skip("SQLite keeps no count of it")
    statement = "SELECT sum(vacuum_count) FROM pg_stat_user_tables WHERE schemaname = current_schema()"
    urls = [live.url, live.namespace("one cell").url, live.namespace("another cell").url]
    before = [rows(url, statement)[0][0] for url in urls]
    live.settle()
    assert [rows(url, statement)[0][0] for url in urls] == [count + 2 for count in before]


def test_the_table_is_read_past_the_application(live: LiveService) -> None:
    tables = live.namespace("read")
    rows(tables.url, "UPDATE world SET randomnumber = 7 WHERE id = 17")
    assert tables.numbers() == dict(worlds()) | {17: 7}


def test_restored_tables_hold_the_seeded_numbers_while_an_application_is_connected(live: LiveService) -> None:
    tables, other = live.namespace("restored"), live.namespace("not restored")
    for url in (tables.url, other.url):
        rows(url, "UPDATE world SET randomnumber = 7")
    with connected(tables.url) as application:
        assert application.execute("SELECT randomnumber FROM world WHERE id = 1").fetchone() == (7,)
        tables.restore()
        seeded = (worlds()[0].random_number,)
        assert application.execute("SELECT randomnumber FROM world WHERE id = 1").fetchone() == seeded
    assert tables.numbers() == dict(worlds())
    assert set(other.numbers().values()) == {7}


def test_restoring_does_not_wait_for_an_application_that_only_reads(live: LiveService) -> None:
    tables = live.namespace("read in a transaction")
    with connected(tables.url) as application:
        application.execute("BEGIN")
        application.execute("SELECT randomnumber FROM world WHERE id = 1").fetchone()
        tables.restore()
        application.execute("COMMIT")


def test_rows_that_an_application_never_lets_go_of_fail_it(live: LiveService, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (seeding, sqlite):
        monkeypatch.setattr(module, "LOCKED_S", 0.2)
    tables = live.namespace("locked")
    with connected(tables.url) as application:
        application.execute("BEGIN")
        application.execute("UPDATE world SET randomnumber = 7")
        with pytest.raises(TargetFailed, match=r"rows of world stay locked 0.2 s after the last answer"):
            tables.restore()


def test_it_says_what_it_is_from_the_live_server(live: LiveService) -> None:
    statement = "SELECT sqlite_version()" if live.kind == "sqlite" else "SHOW server_version"
    assert rows(live.url, statement) == [(live.facts.version,)]
    assert live.facts.name.lower() == live.kind
    assert live.facts.source
    assert live.facts.settings


def test_a_password_is_in_no_text_made_of_it(live: LiveService) -> None:
    assert live.url not in repr(live)
    assert live.url not in live.facts.model_dump_json()
