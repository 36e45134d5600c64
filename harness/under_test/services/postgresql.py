"""PostgreSQL: a given server in schemas of our own, or a private one that lives as long as the with-block."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from harness.model.errors import EnvironmentRefused
from harness.process.owned import OwnedProcess
from harness.under_test.services.live import LiveService, Wanted
from harness.under_test.services.postgresql_counters import LIBRARY, counters_of, sum_up
from harness.under_test.services.postgresql_programs import (
    WAYS,
    ClusterHome,
    Programs,
    Unusable,
    Way,
    installed,
    refused,
)
from harness.under_test.services.postgresql_schemas import (
    GIVEN,
    Schemas,
    connected,
    facts,
    refuse_other_encodings,
    started_at,
)

READY_S: Final = 60.0
"""How long a server may take from its start to its first answer."""

INITDB_S: Final = 120.0
PORT_TRIES: Final = 3
KEPT_FOR_OURSELVES: Final = 10
"""Connections beyond those of the applications: PostgreSQL reserves three, seeding and checking take one each."""

USER: Final = "harness"
INSTEAD: Final = "name a server with --database-url postgresql://..., or measure on SQLite with --database sqlite"

SETTINGS: Final[dict[str, str]] = {
    # The data are thrown away: no figure shall depend on how this machine's disk flushes.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Work in the background would fall into one cell's slice and not another's; it is done between blocks.
    "autovacuum": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "2GB",
    "jit": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


@contextmanager
def provision(wanted: Wanted) -> Iterator[LiveService]:
    """The server at `wanted.url`, or else a private one. Raises EnvironmentRefused where neither can be had."""
    with given(wanted, wanted.url) if wanted.url is not None else private(wanted) as live:
        yield live


@contextmanager
def given(wanted: Wanted, url: str) -> Iterator[LiveService]:
    """Schemas of our own in somebody's database, dropped at the end; nothing else in it is touched."""
    schemas = Schemas(url)
    try:
        refuse_other_encodings(url)
        _refuse_too_few_connections(url, wanted.max_connections)
        yield _live(url, schemas, wanted, source=f"given {GIVEN}", process=None)
    finally:
        schemas.drop()


def _refuse_too_few_connections(url: str, wanted: int) -> None:
    with connected(url) as connection:
        row = connection.execute(
            "SELECT current_setting('max_connections')::int, (SELECT sum(numbackends) FROM pg_stat_database)::int"
        ).fetchone()
    assert row is not None, "a SELECT without FROM gives one row"
    limit, busy = row
    if limit - busy < wanted + KEPT_FOR_OURSELVES:
        raise EnvironmentRefused(
            f"the server allows {limit} connections and {busy} are in use; "
            f"{wanted + KEPT_FOR_OURSELVES} more are needed",
            where=GIVEN,
            mend="raise max_connections there, or measure fewer applications at a time",
        )


@contextmanager
def private(
    wanted: Wanted,
    *,
    candidates: Sequence[Programs] | None = None,
    ways: Sequence[Way] = WAYS,
    ready_s: float = READY_S,
) -> Iterator[LiveService]:
    """A server of our own from the first programs that work here, on a free port of 127.0.0.1, with a random password.

    Raises EnvironmentRefused with the reason of each that does not work, or with the log's end where the server
    does not answer within `ready_s` seconds.
    """
    found = tuple(installed()) if candidates is None else candidates
    log = wanted.workdir / "postgresql.log"
    with _cluster(found, ways, wanted.workdir) as cluster, _running(cluster, wanted, log, ready_s) as (process, url):
        yield _live(url, Schemas(url), wanted, source=cluster.home.programs.source, process=process)


def _live(url: str, schemas: Schemas, wanted: Wanted, *, source: str, process: OwnedProcess | None) -> LiveService:
    main = schemas.namespace("main").url
    statements, uncounted = counters_of(url, main, ours=process is not None) if wanted.counting else (None, "")
    return LiveService(
        kind="postgresql",
        url=main,
        facts=facts(url, source=source),
        process=process,
        namespace=schemas.namespace,
        settle=schemas.settle,
        statements=statements,
        count=(lambda: sum_up(statements())) if statements else None,
        uncounted=uncounted,
        tables_uncounted=schemas.uncounted(),
        gone=partial(_gone, url, process, started_at(url)),
    )


def _gone(url: str, process: OwnedProcess | None, since: str) -> str:
    """Why the server is no longer the one that was provisioned; empty while it is."""
    code = process.poll() if process else None
    if process and code is not None:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        return f"it {how}; the end of its log:\n{process.log_tail(5)}"
    try:
        now = started_at(url)
    except EnvironmentRefused as refused:
        return f"it does not answer: {refused.what}"
    return "" if now == since else f"it was started again at {now}"


@dataclass(frozen=True)
class _Cluster:
    """A folder of data that `initdb` has made, and the password of its one user."""

    home: ClusterHome
    password: str

    def url(self, port: int) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{port}/postgres"

    def argv(self, port: int, max_connections: int, libraries: str) -> list[str]:
        settings = {
            **SETTINGS,
            "port": str(port),
            "max_connections": str(max_connections + KEPT_FOR_OURSELVES),
            "shared_preload_libraries": libraries,
        }
        options = (f"--{name.replace('_', '-')}={value}" for name, value in settings.items())
        return self.home.argv("postgres", "-D", str(self.home.data), *options)


@contextmanager
def _cluster(candidates: Sequence[Programs], ways: Sequence[Way], workdir: Path) -> Iterator[_Cluster]:
    refusals = []
    for programs in candidates:
        for way in ways:
            with ExitStack() as stack:
                try:
                    home = stack.enter_context(way(programs, workdir))
                    cluster = _Cluster(home, _initialised(home))
                except Unusable as refusal:
                    refusals.append(f"{programs.source}, {refused(way, refusal)}")
                    continue
                yield cluster
                return
    raise cannot_be_had(refusals)


def _initialised(home: ClusterHome) -> str:
    """Make the cluster and return the password. It goes through a file, since others can read an argv."""
    password, file = secrets.token_hex(16), home.data.with_name("password")
    file.touch(mode=0o600)
    if home.uid is not None and home.gid is not None:
        os.chown(file, home.uid, home.gid)
    file.write_text(password)
    identity = ("--username", USER, "--pwfile", str(file), "--auth", "scram-sha-256")
    # The C locale exists everywhere and sorts by code point, so that no figure depends on the machine's language.
    form = ("--encoding", "UTF8", "--locale", "C", "--no-sync")
    home.run(home.argv("initdb", "-D", str(home.data), *identity, *form), INITDB_S)
    file.unlink()
    return password


@contextmanager
def _running(cluster: _Cluster, wanted: Wanted, log: Path, ready_s: float) -> Iterator[tuple[OwnedProcess, str]]:
    """The server, in the foreground under its owner. A port that somebody took meanwhile is replaced by another; a
    library of counters that it has not got is done without."""
    libraries = LIBRARY if wanted.counting else ""
    for tries_left in reversed(range(PORT_TRIES)):
        port = _free_port()
        with OwnedProcess(
            cluster.argv(port, wanted.max_connections, libraries),
            name="postgresql",
            log=log,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            cwd=cluster.home.data.parent,
            cpus=wanted.cpus,
            stop_signal=signal.SIGINT,  # fast shutdown: sessions are cut, the data stay whole
            uid=cluster.home.uid,
            gid=cluster.home.gid,
        ) as process:
            if _answers(process, cluster.url(port), ready_s):
                yield process, cluster.url(port)
                return
            tail = process.log_tail()
            lacks_library = bool(libraries) and LIBRARY in tail
            if not tries_left or not (lacks_library or "Address already in use" in tail):
                raise _silent(process, tail, ready_s)
            libraries = "" if lacks_library else libraries


def _answers(process: OwnedProcess, url: str, within_s: float) -> bool:
    """Whether the server lets us in before it ends or the time is over.

    The password is known to this server alone, so nobody else on its port can be taken for it.
    """
    deadline = time.monotonic() + within_s
    while process.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:  # not up yet: that is what is asked
            process.wait(0.02)
        else:
            return True
    return False


def _silent(process: OwnedProcess, tail: str, within_s: float) -> EnvironmentRefused:
    code = process.poll()
    what = f"no answer within {within_s:g} s" if code is None else f"it ended with exit code {code} before it answered"
    return EnvironmentRefused(f"{what}\n{tail}".rstrip(), where=f"PostgreSQL, log {process.log}", mend=INSTEAD)


def cannot_be_had(refusals: Sequence[str]) -> EnvironmentRefused:
    """The fault that tells why each way to a server of our own is closed."""
    what = "PostgreSQL cannot be had on this machine" + (":" if refusals else ": none is installed")
    return EnvironmentRefused("\n  ".join([what, *refusals]), where="database", mend=INSTEAD)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
