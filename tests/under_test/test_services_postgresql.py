import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from harness.model.errors import EnvironmentRefused
from harness.under_test.services import LiveService, Wanted, postgresql, provision
from harness.under_test.services.postgresql import private
from harness.under_test.services.postgresql_programs import (
    Programs,
    as_another_user,
    as_ourselves,
    in_a_user_namespace,
    installed,
)
from tests.under_test.databases import programs_that, real_programs, rows

pytestmark = pytest.mark.xdist_group("private PostgreSQL")
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to go this way")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveService]:
    with provision("postgresql", tmp_path_factory.mktemp("server"), max_connections=60) as live:
        yield live


def listeners(pid: int) -> list[Any]:
    """Addresses a process listens on; none where it ended meanwhile, as a session's process does."""
    try:
        connections = psutil.Process(pid).net_connections("inet")
    except psutil.NoSuchProcess:
        return []
    return [connection.laddr for connection in connections if connection.status == psutil.CONN_LISTEN]


def test_it_listens_on_the_loopback_address_alone(server: LiveService) -> None:
    assert server.process is not None
    listening = [address for pid in server.process.tree() for address in listeners(pid)]
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_nobody_gets_in_without_the_password(server: LiveService) -> None:
    parts = urlsplit(server.url)
    stranger = parts._replace(netloc=f"harness:guess@127.0.0.1:{parts.port}").geturl()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(stranger)


def test_as_many_connections_as_were_asked_for_can_be_open_at_once(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=7) as live:
        open_now = [psycopg.connect(live.url) for _ in range(7)]
        live.namespace("while they are open")
        for connection in open_now:
            connection.close()


def test_its_process_and_data_are_gone_afterwards_and_its_log_is_kept(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=5) as live:
        assert live.process is not None
        tree = live.process.tree()
        assert live.process.pid in tree
    assert [pid for pid in tree if psutil.pid_exists(pid)] == []
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["postgresql.log"]
    assert "database system is shut down" in (tmp_path / "postgresql.log").read_text()


def test_it_is_gone_when_the_block_ends_while_sessions_are_open(tmp_path: Path) -> None:
    with provision("postgresql", tmp_path, max_connections=5) as live:
        assert live.process is not None
        pid = live.process.pid
        session = psycopg.connect(live.url)
    assert not psutil.pid_exists(pid)
    session.close()


def test_it_uses_the_cpus_it_is_given(tmp_path: Path) -> None:
    if not hasattr(psutil.Process, "cpu_affinity"):
        pytest.skip("this system has no affinity")
    cpu = min(psutil.Process().cpu_affinity())
    with provision("postgresql", tmp_path, (cpu,), max_connections=5) as live:
        assert live.process is not None
        assert [psutil.Process(pid).cpu_affinity() for pid in live.process.tree()[:2]] == [[cpu], [cpu]]


def test_no_background_work_falls_into_a_slice(server: LiveService) -> None:
    assert server.facts.settings["autovacuum"] == "off"
    assert server.facts.settings["checkpoint_timeout"] == "1h"


def test_a_port_that_somebody_takes_first_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        taken = squatter.getsockname()[1]
        offers = iter([taken, postgresql._free_port()])
        monkeypatch.setattr(postgresql, "_free_port", lambda: next(offers))
        with provision("postgresql", tmp_path, max_connections=5) as live:
            assert urlsplit(live.url).port != taken


def test_a_database_that_needs_ten_seconds_is_waited_for(tmp_path: Path) -> None:
    slow = programs_that(tmp_path / "slow", 'sleep 10; exec "$REAL" "$@"')
    with private(Wanted(tmp_path, max_connections=5), candidates=[slow]) as live:
        assert rows(live.url, "SELECT count(*) FROM fortune") == [(12,)]


def test_one_that_never_answers_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    mute = programs_that(tmp_path / "mute", "echo still thinking; exec sleep 600")
    with (
        pytest.raises(EnvironmentRefused, match=r"no answer within 1 s\nstill thinking") as refused,
        private(Wanted(tmp_path, max_connections=5), candidates=[mute], ready_s=1),
    ):
        pass
    assert "--database sqlite" in refused.value.mend


def test_one_that_dies_is_told_at_once_with_its_last_words(tmp_path: Path) -> None:
    dying = programs_that(tmp_path / "dying", "echo out of shared memory >&2; exit 3")
    with (
        pytest.raises(EnvironmentRefused, match=r"exit code 3 before it answered\nout of shared memory"),
        private(Wanted(tmp_path, max_connections=5), candidates=[dying]),
    ):
        pass


@root_only
def test_root_runs_it_in_a_user_namespace_where_only_root_may_enter(tmp_path: Path) -> None:
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-U", "true"], check=False).returncode != 0:
        pytest.skip("user namespaces are not permitted here")
    tmp_path.chmod(0o700)
    with private(Wanted(tmp_path, max_connections=5), ways=[in_a_user_namespace]) as live:
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]


@root_only
def test_root_runs_a_copy_as_another_user_where_only_root_may_enter(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with private(Wanted(tmp_path, max_connections=5), ways=[as_another_user]) as live:
        assert rows(live.url, "SELECT count(*) FROM world") == [(10_000,)]
        assert live.process is not None
        assert psutil.Process(live.process.pid).uids().real != 0
        copy = Path(psutil.Process(live.process.pid).cwd())
    assert not copy.exists()


@root_only
def test_as_root_itself_it_is_refused_with_the_reason(tmp_path: Path) -> None:
    with (
        pytest.raises(EnvironmentRefused, match="as ourselves: PostgreSQL refuses to run as root"),
        private(Wanted(tmp_path, max_connections=5), ways=[as_ourselves]),
    ):
        pass


def test_programs_that_do_not_work_are_passed_over(tmp_path: Path) -> None:
    broken = Programs("a broken copy", tmp_path / "nothing here", ())
    with private(Wanted(tmp_path, max_connections=5), candidates=[broken, real_programs()]) as live:
        assert live.facts.source == real_programs().source


def test_where_none_works_each_reason_is_told(tmp_path: Path) -> None:
    broken = [Programs(f"copy {number}", tmp_path / str(number), ()) for number in (1, 2)]
    with (
        pytest.raises(EnvironmentRefused, match=r"(?s)copy 1, .*No such file.*copy 2, .*No such file") as refused,
        private(Wanted(tmp_path, max_connections=5), candidates=broken),
    ):
        pass
    assert "--database-url" in refused.value.mend


def test_every_set_of_programs_is_found_once() -> None:
    folders = [programs.folder.resolve() for programs in installed()]
    assert folders
    assert len(folders) == len(set(folders))


def test_its_server_ends_and_the_next_harness_removes_its_data(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time; from harness.under_test.services import provision\n"
        "with provision('postgresql', pathlib.Path(sys.argv[1]), max_connections=5) as live:\n"
        "    print(live.process.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as harness:
        assert harness.stdout is not None
        postgres = psutil.Process(int(harness.stdout.readline()))
        left = list(tmp_path.glob("postgresql-*"))
        harness.kill()
    assert psutil.wait_procs([postgres], timeout=60)[1] == []
    assert [folder for folder in left if folder.is_dir()]
    with provision("postgresql", tmp_path, max_connections=5):
        assert [folder for folder in left if folder.exists()] == []
