"""What every database service promises, asked of each of them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.model.cell import DatabaseKind
from harness.model.dataset import fortunes, worlds
from harness.target.services import SERVICES, LiveService, provision
from tests.target.databases import rows


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
        rows(live.namespace("a second row 1"), "INSERT INTO world VALUES (1, 1)")


def test_namespaces_hold_the_same_rows_and_do_not_meet(live: LiveService) -> None:
    one, other = live.namespace("flask.w1"), live.namespace("django.w1")
    rows(one, "UPDATE world SET randomnumber = -1")
    assert rows(one, "SELECT DISTINCT randomnumber FROM world") == [(-1,)]
    for untouched in (other, live.url):
        assert rows(untouched, "SELECT id, randomnumber FROM world ORDER BY id") == list(worlds())


def test_a_namespace_asked_for_again_is_the_same_one(live: LiveService) -> None:
    first = live.namespace("again")
    rows(first, "DELETE FROM fortune")
    assert live.namespace("again") == first
    assert rows(first, "SELECT * FROM fortune") == []


def test_settling_after_writes_keeps_the_data(live: LiveService) -> None:
    written = live.namespace("written")
    rows(written, "UPDATE world SET randomnumber = 7")
    live.settle()
    assert rows(written, "SELECT count(*), sum(randomnumber) FROM world") == [(10_000, 70_000)]


def test_it_says_what_it_is_from_the_live_server(live: LiveService) -> None:
    statement = "SELECT sqlite_version()" if live.kind == "sqlite" else "SHOW server_version"
    assert rows(live.url, statement) == [(live.facts.version,)]
    assert live.facts.name.lower() == live.kind
    assert live.facts.source
    assert live.facts.settings


def test_a_password_is_in_no_text_made_of_it(live: LiveService) -> None:
    assert live.url not in repr(live)
    assert live.url not in live.facts.model_dump_json()
