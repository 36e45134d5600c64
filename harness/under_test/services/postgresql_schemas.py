"""Our own schemas in a PostgreSQL database: made, seeded, kept in order, dropped."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import psycopg
from psycopg import sql

from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.measured.audit import Counts
from harness.model.measured.campaign import ServiceFacts
from harness.under_test.services.live import Namespace
from harness.under_test.services.postgresql_tables import (
    added,
    counts_of_this_transaction,
    table_counts,
    why_uncounted,
    without,
)
from harness.under_test.services.seeding import (
    A_SEEDED_ROW,
    NUMBERS,
    check_seeded,
    restore_postgresql,
    seed_postgresql,
    vacuum_postgresql,
)

GIVEN: Final = "--database-url"
"""How a server is named."""
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
            mend=_mend(fault),
        ) from fault


def _mend(fault: psycopg.Error) -> str:
    """What to do about the faults that given servers are known for."""
    if isinstance(fault, psycopg.errors.InsufficientPrivilege):
        return f"as the database's owner: GRANT CREATE ON DATABASE ... TO the user in {GIVEN}"
    if isinstance(fault, psycopg.errors.ReadOnlySqlTransaction):
        return f"name in {GIVEN} a primary server, and a user whose transactions are not read-only by default"
    if "startup parameter" in str(fault):
        return f"name in {GIVEN} PostgreSQL itself: a pooler in front of it does not pass on which schema is meant"
    return f"see that the server runs, and that the user in {GIVEN} may log in and create schemas"


def _host(url: str) -> str:
    """Without user and password, also of an URL that cannot be read. The host of a socket stands in the query."""
    place, _, query = url.partition("://")[2].rpartition("@")[2].partition("?")
    return place.partition("/")[0] or ", ".join(value for name, value in parse_qsl(query) if name == "host")


class Schemas:
    """Schemas named `harness_<random>_<number>` in the database at `url`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"harness_{secrets.token_hex(4)}"
        self._made: dict[str, Tables] = {}
        self._uncounted: str | None = None

    def namespace(self, name: str) -> Namespace:
        """A schema of its own, made and read back when first asked for."""
        if name not in self._made:
            tables = Tables(self._url, f"{self._prefix}_{len(self._made)}")
            tables.make()
            self._made[name] = tables  # from here on there is something to drop
            tables.look()
        tables = self._made[name]
        counts = None if self.uncounted() else tables.counts
        return Namespace(tables.url, tables.numbers, tables.restore, counts)

    def uncounted(self) -> str:
        """Why the server keeps no counters of its tables; empty where it does."""
        if self._uncounted is None:
            with connected(self._url) as connection:
                self._uncounted = why_uncounted(connection)
        return self._uncounted

    def settle(self) -> None:
        """Vacuum what was written, and flush it where we may."""
        with connected(self._url) as connection:
            for tables in self._made.values():
                vacuum_postgresql(connection, tables.schema)
            if _may_checkpoint(connection):
                connection.execute("CHECKPOINT")

    def drop(self) -> None:
        """Drop the schemas; raise EnvironmentRefused, naming them, where that fails."""
        if not self._made:
            return
        statement = sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(
            sql.SQL(", ").join(sql.Identifier(tables.schema) for tables in self._made.values())
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


class Tables:
    """The tables of one schema, and what the harness itself did to them since they were seeded."""

    def __init__(self, url: str, schema: str) -> None:
        self._server, self.schema, self.url = url, schema, in_schema(url, schema)
        self._own: Mapping[str, Counts] = {}

    def make(self) -> None:
        """Make the schema with its tables, or nothing."""
        with connected(self._server) as connection:
            seed_postgresql(connection, self.schema)

    def look(self) -> None:
        """Bring the new tables to order, and read a row as an application would."""
        with connected(self._server) as connection:
            vacuum_postgresql(connection, self.schema)
        with connected(self.url) as connection:
            check_seeded(connection.execute(A_SEEDED_ROW).fetchone())

    def numbers(self) -> Mapping[int, int]:
        """Table `world` as it stands, number by id."""
        with connected(self.url) as connection, connection.transaction():
            numbers = dict(connection.execute(NUMBERS).fetchall())
            self._note(connection)
        return numbers

    def restore(self) -> None:
        """Give rows that were written their seeded numbers back. Raises TargetFailed where they stay locked."""
        with connected(self._server) as connection:
            with connection.transaction():
                restore_postgresql(connection, self.schema)
                self._note(connection)
            vacuum_postgresql(connection, self.schema)

    def counts(self) -> Mapping[str, Counts]:
        """By table: what was counted of sessions that have reported it, without what the harness itself did."""
        with connected(self._server) as connection:
            return without(table_counts(connection, self.schema), self._own)

    def _note(self, connection: psycopg.Connection[Any]) -> None:
        self._own = added(self._own, counts_of_this_transaction(connection, self.schema))


def _may_checkpoint(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return row is not None and bool(row[0])


def in_schema(url: str, schema: str) -> str:
    """`url` with `schema` as the search path, beside whatever options it has."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query["options"] = f"{query.get('options', '')} -csearch_path={schema}".strip()
    # Put together by hand: where a socket is meant there is no host, and then geturl() leaves the slashes out.
    return f"postgresql://{parts.netloc}{parts.path}?{urlencode(query, quote_via=quote)}"


def refuse_other_encodings(url: str) -> None:
    """Raise EnvironmentRefused where the database cannot hold every text: one of the fortunes is Japanese."""
    with connected(url) as connection:
        connection.execute("SET client_encoding TO 'UTF8'")  # from SQL_ASCII texts would come as bytes
        row = connection.execute("SELECT current_setting('server_encoding'), current_database()").fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    encoding, name = row
    if encoding != "UTF8":
        made = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(sql.Identifier("harness"))
        raise EnvironmentRefused(
            f"the database {name} holds texts in {encoding}, and the fortunes need UTF8",
            where=f"PostgreSQL at {_host(url)}",
            mend=f"name another database in {GIVEN}, made with: {made.as_string()}",
        )


def started_at(url: str) -> str:
    """When the server was started. Raises EnvironmentRefused where it does not answer."""
    with connected(url) as connection:
        row = connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    return str(row[0])


def facts(url: str, *, source: str) -> ServiceFacts:
    """What the live server says of itself."""
    with connected(url) as connection:
        rows = connection.execute(
            "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s) ORDER BY name",
            ([*TOLD, "server_version"],),
        ).fetchall()
    settings = {name: value for name, value in rows if value}
    return ServiceFacts(name="PostgreSQL", version=settings.pop("server_version"), source=source, settings=settings)
