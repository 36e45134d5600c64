"""Our own schemas in a PostgreSQL database: made, seeded, kept in order, dropped."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql

from harness.model.campaign import ServiceFacts
from harness.model.errors import EnvironmentRefused, UsageError
from harness.target.services.live import Namespace
from harness.target.services.seeding import (
    A_SEEDED_ROW,
    NUMBERS,
    check_seeded,
    restore_postgresql,
    seed_postgresql,
    vacuum_postgresql,
)

GIVEN: Final = "DATABASE_URL"
CONNECT_S: Final = 10
DROP_S: Final = 30

TOLD: Final = (
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_level",
    "autovacuum",
    "shared_buffers",
    "max_connections",
    "max_wal_size",
    "checkpoint_timeout",
    "jit",
    "server_encoding",
    "shared_preload_libraries",
)
"""Settings that may change a figure."""


@contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection in autocommit. Faults of the server on the way become EnvironmentRefused, without the password."""
    if not url.startswith(("postgresql://", "postgres://")):
        raise UsageError(
            "not the URL of a PostgreSQL server", where=GIVEN, mend="write postgresql://user@host/database"
        )
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S) as connection:
            yield connection
    except psycopg.Error as fault:
        raise EnvironmentRefused(
            str(fault).strip().replace(url, "the URL"),  # libpq shows a URL it cannot read, password and all
            where=f"PostgreSQL at {_host(url)}",
            mend=f"see that the server runs, and that the user of {GIVEN} may log in and create schemas",
        ) from fault


def _host(url: str) -> str:
    """Without user and password, also of an URL that cannot be read."""
    return url.partition("://")[2].rpartition("@")[2].partition("/")[0]


class Schemas:
    """Schemas named `harness_<random>_<number>` in the database at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"harness_{secrets.token_hex(4)}"
        self._made: dict[str, str] = {}

    def namespace(self, name: str) -> Namespace:
        """A schema of its own, made and read back when first asked for."""
        if name not in self._made:
            schema = f"{self._prefix}_{len(self._made)}"
            self._made[name] = schema
            with connected(self._url) as connection:
                seed_postgresql(connection, schema)
            with connected(in_schema(self._url, schema)) as connection:
                check_seeded(connection.execute(A_SEEDED_ROW).fetchone())
        schema = self._made[name]
        url = in_schema(self._url, schema)
        return Namespace(url, partial(_numbers, url), partial(_restore, self._url, schema))

    def settle(self) -> None:
        """Vacuum what was written, and flush it where we may."""
        with connected(self._url) as connection:
            for schema in self._made.values():
                vacuum_postgresql(connection, schema)
            if _may_checkpoint(connection):
                connection.execute("CHECKPOINT")

    def drop(self) -> None:
        """Drop the schemas; raise EnvironmentRefused, naming them, where that fails."""
        if not self._made:
            return
        statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(
            sql.SQL(", ").join(map(sql.Identifier, self._made.values()))
        )
        try:
            with connected(self._url) as connection:
                connection.execute(f"SET lock_timeout = '{DROP_S}s'")
                connection.execute(statement)
        except EnvironmentRefused as refused:
            raise EnvironmentRefused(
                f"the harness's own schemas could not be dropped: {refused.what}",
                where=refused.where,
                mend=f"drop them by hand: {statement.as_string()}",
            ) from refused
        self._made.clear()


def _numbers(url: str) -> Mapping[int, int]:
    with connected(url) as connection:
        return dict(connection.execute(NUMBERS).fetchall())


def _restore(url: str, schema: str) -> None:
    with connected(url) as connection:
        restore_postgresql(connection, schema)


def _may_checkpoint(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])


def in_schema(url: str, schema: str) -> str:
    """`url` with `schema` as the search path, beside whatever options it has."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query["options"] = f"{query.get('options', '')} -csearch_path={schema}".strip()
    return parts._replace(scheme="postgresql", query=urlencode(query, quote_via=quote)).geturl()


def facts(url: str, *, source: str) -> ServiceFacts:
    """What the live server says of itself."""
    with connected(url) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s) ORDER BY name",
            ([*TOLD, "server_version"],),
        ).fetchall()
    settings = {name: value for name, value in rows if value}
    return ServiceFacts(name="PostgreSQL", version=settings.pop("server_version"), source=source, settings=settings)
