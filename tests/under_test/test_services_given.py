"""A server that somebody else runs: played by one of our own, seen through its bare url."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from harness.model.errors import EnvironmentRefused, HarnessError, UsageError
from harness.under_test.services import postgresql, postgresql_schemas, provision
from harness.under_test.services.postgresql_schemas import connected, in_schema
from tests.under_test.databases import rows

INVENTORY = """
    SELECT nspname, relname, relkind FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid
    WHERE nspname !~ '^pg_'
    UNION ALL
    SELECT nspname, '', 's' FROM pg_namespace WHERE nspname !~ '^pg_'
    ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def given_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with provision("postgresql", tmp_path_factory.mktemp("server"), max_connections=60) as live:
        yield live.url.partition("?")[0]


def test_only_schemas_of_our_own_are_touched_and_they_are_dropped(given_url: str, tmp_path: Path) -> None:
    rows(given_url, "CREATE TABLE IF NOT EXISTS public.world (mine text)")
    rows(given_url, "INSERT INTO public.world VALUES ('untouched')")
    before = rows(given_url, INVENTORY)
    with provision("postgresql", tmp_path, url=given_url, max_connections=5) as live:
        live.namespace("more")
        new = {schema for schema, *_ in set(rows(given_url, INVENTORY)) - set(before)}
        assert len(new) == 2
        assert all(schema.startswith("harness_") for schema in new)
        assert live.process is None
    assert rows(given_url, INVENTORY) == before
    assert ("untouched",) in rows(given_url, "SELECT mine FROM public.world")


def test_the_schemas_are_dropped_after_a_fault_and_under_open_sessions(given_url: str, tmp_path: Path) -> None:
    def fails_in_the_middle() -> None:
        with provision("postgresql", tmp_path, url=given_url, max_connections=5) as live:
            sessions.append(psycopg.connect(live.url, autocommit=True))
            sessions[0].execute("SELECT * FROM world")
            raise ZeroDivisionError

    sessions: list[psycopg.Connection[Any]] = []
    before = rows(given_url, INVENTORY)
    with pytest.raises(ZeroDivisionError):
        fails_in_the_middle()
    sessions[0].close()
    assert rows(given_url, INVENTORY) == before


def test_a_schema_that_cannot_be_dropped_is_named(
    given_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql_schemas, "DROP_S", 1)
    with (
        psycopg.connect(given_url) as busy,
        pytest.raises(EnvironmentRefused, match="could not be dropped") as refused,
        provision("postgresql", tmp_path, url=given_url, max_connections=5) as live,
    ):
        busy.execute("SELECT * FROM {}.world".format(*rows(live.url, "SELECT current_schema()")[0]))
    statement = refused.value.mend.removeprefix("drop them by hand: ")
    before = rows(given_url, INVENTORY)
    rows(given_url, statement)
    assert {schema[:8] for schema, *_ in set(before) - set(rows(given_url, INVENTORY))} == {"harness_"}


def test_a_user_without_special_rights_is_enough(given_url: str, tmp_path: Path) -> None:
    rows(given_url, "CREATE ROLE visitor LOGIN PASSWORD 'p@ss/w:rd'")
    rows(given_url, "GRANT CREATE ON DATABASE postgres TO visitor")
    parts = urlsplit(given_url)
    visitor = parts._replace(netloc=f"visitor:p%40ss%2Fw%3Ard@127.0.0.1:{parts.port}").geturl()
    with provision("postgresql", tmp_path, url=visitor, max_connections=5) as live:
        live.settle()
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]


def test_options_of_the_url_are_kept(given_url: str, tmp_path: Path) -> None:
    url = f"{given_url}?application_name=theirs&options=-cstatement_timeout%3D54321"
    with provision("postgresql", tmp_path, url=url, max_connections=5) as live:
        assert rows(live.url, "SHOW statement_timeout") == [("54321ms",)]
        assert rows(live.url, "SHOW application_name") == [("theirs",)]
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]


def test_the_short_scheme_is_written_in_full_for_applications() -> None:
    url = in_schema("postgres://user@host/base", "s")
    assert url == "postgresql://user@host/base?options=-csearch_path%3Ds"


def test_too_few_connections_are_refused_with_both_figures(given_url: str, tmp_path: Path) -> None:
    with (
        pytest.raises(EnvironmentRefused, match=r"allows 70 connections .* 1010 more are needed"),
        provision("postgresql", tmp_path, url=given_url, max_connections=1000),
    ):
        pass


def test_a_server_that_does_not_answer_is_refused_without_telling_the_password(tmp_path: Path) -> None:
    url = f"postgresql://me:sesame@127.0.0.1:{postgresql._free_port()}/base"
    with (
        pytest.raises(EnvironmentRefused, match="refused") as refused,
        provision("postgresql", tmp_path, url=url, max_connections=5),
    ):
        pass
    assert "sesame" not in str(refused.value)
    assert "127.0.0.1" in refused.value.where


@pytest.mark.parametrize("url", ["postgresql://me:sesame@[::1/base", "postgresql://me:sesame@host:port:1/base"])
def test_an_url_that_cannot_be_read_is_refused_without_telling_the_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(HarnessError) as refused, provision("postgresql", tmp_path, url=url, max_connections=5):
        pass
    assert "sesame" not in str(refused.value)


def test_another_kind_of_url_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="not the URL of a PostgreSQL server"),
        provision("postgresql", tmp_path, url="mysql://me@host/base", max_connections=5),
    ):
        pass


def refused_to(url: str, folder: Path) -> EnvironmentRefused:
    """Why a server is refused; nothing of ours is left there."""
    with pytest.raises(EnvironmentRefused) as refused, provision("postgresql", folder, url=url, max_connections=5):
        pass
    assert "by hand" not in f"{refused.value}", "nothing was made, so there is nothing to drop"
    return refused.value


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_text_is_refused_with_the_command_that_makes_another(
    given_url: str, tmp_path: Path, encoding: str
) -> None:
    name = f"in_{encoding.lower()}"
    rows(given_url, f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0")
    refused = refused_to(urlsplit(given_url)._replace(path=f"/{name}").geturl(), tmp_path)
    assert refused.what == f"the database {name} holds texts in {encoding}, and the fortunes need UTF8"
    rows(given_url, refused.mend.partition("made with: ")[2])
    rows(given_url, "DROP DATABASE harness")


def as_role(url: str, name: str, *more: str) -> str:
    """The url of a new role, after further statements about it."""
    for statement in (f"CREATE ROLE {name} LOGIN PASSWORD 'x'", *more):
        rows(url, statement)
    parts = urlsplit(url)
    return parts._replace(netloc=f"{name}:x@127.0.0.1:{parts.port}").geturl()


def test_a_role_that_may_not_create_schemas_is_refused_with_the_grant_it_lacks(given_url: str, tmp_path: Path) -> None:
    refused = refused_to(as_role(given_url, "guest"), tmp_path)
    assert "permission denied" in refused.what
    assert "GRANT CREATE ON DATABASE" in refused.mend


def test_a_role_that_only_reads_is_refused_as_that(given_url: str, tmp_path: Path) -> None:
    read_only = "ALTER ROLE reader SET default_transaction_read_only = on"
    url = as_role(given_url, "reader", "GRANT CREATE ON DATABASE postgres TO reader", read_only)
    refused = refused_to(url, tmp_path)
    assert "read-only" in refused.what
    assert "a user whose transactions are not read-only" in refused.mend


def test_what_a_role_has_set_for_itself_is_no_hindrance(given_url: str, tmp_path: Path) -> None:
    grant = "GRANT CREATE ON DATABASE postgres TO picky"
    settings = ("search_path = public", "statement_timeout = '9s'", "lock_timeout = '5s'")
    url = as_role(given_url, "picky", grant, *(f"ALTER ROLE picky SET {setting}" for setting in settings))
    with provision("postgresql", tmp_path, url=url, max_connections=5) as live:
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]


def test_a_socket_is_named_in_the_query_and_stays_there() -> None:
    url = in_schema("postgresql:///base?host=/run/postgresql&user=me", "s")
    assert url == "postgresql:///base?host=%2Frun%2Fpostgresql&user=me&options=-csearch_path%3Ds"
    with pytest.raises(EnvironmentRefused) as refused, connected("postgresql:///base?host=/nowhere/at/all"):
        pass
    assert refused.value.where == "PostgreSQL at /nowhere/at/all"


def test_a_server_reached_by_its_socket_is_measured_on(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="socket-"))  # a short name: the kernel takes about 100 bytes
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(postgresql.SETTINGS, "unix_socket_directories", str(folder))
        folder.chmod(0o777)
        with provision("postgresql", tmp_path / "server", max_connections=40) as server:
            parts = urlsplit(server.url)
            url = f"postgresql:///postgres?host={folder}&port={parts.port}&user={parts.username}&password={parts.password}"
            with provision("postgresql", tmp_path / "ours", url=url, max_connections=5) as live:
                assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]
    shutil.rmtree(folder)
