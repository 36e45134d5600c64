import os
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.model.errors import TargetFailed, UsageError
from harness.under_test.launch import launch as launching
from harness.under_test.launch.launch import LiveServer, launched, launched_together
from harness.under_test.launch.readiness import Deadlines, PortTaken, free_port
from tests.under_test.serving import HASTY, application, launch, own, program

HOST_AND_PORT = ("{host}", "{port}")


def all_gone(pids: tuple[int, ...]) -> bool:
    return not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids)


@contextmanager
def squatter(port: int = 0, **options: bool) -> Iterator[int]:
    """This very process listens, which is not in the tree of any program under test."""
    with socket.create_server(("127.0.0.1", port), **options) as listener:  # type: ignore[arg-type]
        yield listener.getsockname()[1]


def failure_of(tmp_path: Path, *argv: str, **options: object) -> TargetFailed:
    with pytest.raises(TargetFailed) as failed, launched(launch(own(tmp_path / "app", *argv), **options)):
        pass
    return failed.value


def test_a_server_that_answers_is_live_on_loopback_and_gone_afterwards(tmp_path: Path) -> None:
    with launched(launch(own(tmp_path / "app", *program("answers"), *HOST_AND_PORT))) as server:
        assert server.target.host == "127.0.0.1"
        assert server.process.poll() is None
        assert server.startup_s > 0
        assert server.command[0] == "python"
        assert str(server.target.port) in server.command
        server.prove_ours()
        tree = server.process.tree()
    assert all_gone(tree)


def test_a_server_that_double_forks_is_still_ours_and_ended(tmp_path: Path) -> None:
    argv = (*program("answers"), *HOST_AND_PORT, "double-fork")
    with launched(launch(own(tmp_path / "app", *argv))) as server:
        tree = server.process.tree()
        assert len(tree) == 2
    assert all_gone(tree)


def test_a_program_that_dies_on_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, "{python}", "-c", "import no_such_module_here", "{port}")
    assert failed.phase == "start"
    assert "exit code 1: ModuleNotFoundError: No module named 'no_such_module_here'" in str(failed)
    assert "Traceback" in failed.log_tail
    assert "small on own" in str(failed)


def test_a_program_that_is_killed_on_start_is_told_with_its_signal(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, "{python}", "-c", "import os; os.kill(os.getpid(), 9)", "{port}")
    assert "ended by signal 9" in str(failed)


def test_a_program_that_does_not_exist_is_told(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, "no-such-server", "{port}")
    assert failed.phase == "start"
    assert "no-such-server" in str(failed)


def test_a_program_that_never_listens_is_told_after_its_deadline(tmp_path: Path) -> None:
    deadlines = Deadlines(listen_s=0.3)
    failed = failure_of(tmp_path, "{python}", "-c", "import time; time.sleep(60)", "{port}", deadlines=deadlines)
    assert failed.phase == "listen"
    assert "does not listen" in str(failed)


def test_a_program_that_listens_on_another_port_is_told_which(tmp_path: Path) -> None:
    other = str(free_port("127.0.0.1"))
    failed = failure_of(tmp_path, *program("answers"), "{host}", other, "{port}", deadlines=Deadlines(listen_s=2.0))
    assert failed.phase == "listen"
    assert f"but on 127.0.0.1:{other}" in str(failed)


def test_a_server_that_accepts_and_never_replies_is_told_after_its_deadline(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, *program("listens"), *HOST_AND_PORT, "silence", deadlines=HASTY)
    assert failed.phase == "answer"
    assert "accepts connections and does not answer GET /" in str(failed)


def test_a_server_that_does_not_speak_http_is_told(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, *program("listens"), *HOST_AND_PORT, "garbage", deadlines=HASTY)
    assert failed.phase == "answer"
    assert "not right HTTP" in str(failed)


def test_a_server_that_dies_of_the_first_request_is_told(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, *program("listens"), *HOST_AND_PORT, "exit")
    assert failed.phase == "start"
    assert "exit code 1: gave up: out of coffee" in str(failed)


def test_a_server_that_other_machines_can_reach_is_refused(tmp_path: Path) -> None:
    failed = failure_of(tmp_path, *program("answers"), "0.0.0.0", "{port}")
    assert failed.phase == "listen"
    assert "listens on 0.0.0.0:" in str(failed)
    assert "127.0.0.1" in failed.mend


def test_a_given_port_that_is_taken_is_told_with_its_owner(tmp_path: Path) -> None:
    with squatter() as port:
        failed = failure_of(tmp_path, *program("answers"), *HOST_AND_PORT, port=port)
    assert isinstance(failed, PortTaken)
    assert f"port {port} of 127.0.0.1 is taken by" in str(failed)
    assert f"pid {os.getpid()}" in str(failed)


def test_a_squatter_that_shares_the_port_with_us_is_found(tmp_path: Path) -> None:
    """Both listen, and the kernel gives each a part of the connections."""
    with squatter(reuse_port=True) as port:
        failed = failure_of(tmp_path, *program("answers"), *HOST_AND_PORT, "reuse-port", port=port)
    assert isinstance(failed, PortTaken)


def test_a_squatter_that_comes_later_is_found_when_asked_again(tmp_path: Path) -> None:
    argv = (*program("answers"), *HOST_AND_PORT, "reuse-port")
    with launched(launch(own(tmp_path / "app", *argv))) as server:
        with squatter(server.target.port, reuse_port=True), pytest.raises(PortTaken):
            server.prove_ours()
        server.prove_ours()


def test_a_port_that_was_taken_meanwhile_is_nobodys_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with squatter() as taken:
        ports = iter([taken, free_port("127.0.0.1")])
        monkeypatch.setattr(launching, "free_port", lambda host: next(ports))
        with launched(launch(own(tmp_path / "app", *program("answers"), *HOST_AND_PORT))) as server:
            assert server.target.port != taken


def test_a_port_held_by_an_outgoing_connection_is_taken_too(tmp_path: Path) -> None:
    """It is no listener that could be named; the program dies of it all the same."""
    with squatter() as somewhere, socket.create_connection(("127.0.0.1", somewhere)) as outgoing:
        failed = failure_of(tmp_path, *program("answers"), *HOST_AND_PORT, port=outgoing.getsockname()[1])
    assert isinstance(failed, PortTaken)


def test_ports_that_are_always_taken_are_told_in_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with squatter() as taken:
        monkeypatch.setattr(launching, "free_port", lambda host: taken)
        assert isinstance(failure_of(tmp_path, *program("answers"), *HOST_AND_PORT), PortTaken)


def test_what_failed_to_come_up_is_stopped(tmp_path: Path) -> None:
    argv = (*program("listens"), *HOST_AND_PORT, "silence", str(tmp_path / "mark"))
    failure_of(tmp_path, *argv, deadlines=HASTY)
    assert not [
        one for one in psutil.process_iter(["cmdline"]) if str(tmp_path / "mark") in (one.info["cmdline"] or ())
    ]


def test_together_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    argvs = {
        "one": (*program("answers"), *HOST_AND_PORT),
        "dead": ("{python}", "-c", "raise SystemExit('no')", "{port}"),
        "two": (*program("answers"), *HOST_AND_PORT),
        "mute": (*program("listens"), *HOST_AND_PORT, "silence"),
        "missing": ("no-such-server", "{port}"),
    }
    launches = {
        name: launch(own(tmp_path / name, *argv, id=name), deadlines=HASTY if name == "mute" else Deadlines())
        for name, argv in argvs.items()
    }
    with launched_together(list(launches.values())) as (live, failures):
        assert set(live) == {launches["one"].cell.id, launches["two"].cell.id}, failures
        phases = {failure.cell: failure.phase for failure in failures}
        assert phases == {
            launches["dead"].cell.id: "start",
            launches["mute"].cell.id: "answer",
            launches["missing"].cell.id: "start",
        }
        assert all(server.process.poll() is None for server in live.values())
        assert [failure.log_tail for failure in failures if failure.cell == launches["dead"].cell.id] == ["no"]
        trees = [server.process.tree() for server in live.values()]
    assert all(map(all_gone, trees))


def test_an_exception_inside_stops_all(tmp_path: Path) -> None:
    launches = [launch(own(tmp_path / "app", *program("answers"), *HOST_AND_PORT))]
    pids: list[int] = []

    def fail(servers: Iterable[LiveServer]) -> None:
        pids.extend(server.process.pid for server in servers)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), launched_together(launches) as (live, _):
        fail(live.values())
    assert len(pids) == 1
    assert all_gone(tuple(pids))


def environment_seen(tmp_path: Path, **options: object) -> dict[str, str]:
    code = "import os, sys; open(sys.argv[1], 'w').write(repr(dict(os.environ))); sys.exit(0)"
    seen = tmp_path / "seen"
    changes = {"environment": {"SETTING": "of the manifest"}}
    application = own(tmp_path / "app", "{python}", "-c", code, str(seen), "{port}", **changes)
    with pytest.raises(TargetFailed), launched(launch(application, **options)):
        pass
    return dict(eval(seen.read_text()))


def test_secrets_of_the_user_do_not_reach_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUD_TOKEN", "secret")
    monkeypatch.setenv("WEB_CONCURRENCY", "7")
    monkeypatch.setenv("DATABASE_URL", "postgresql://mine")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    seen = environment_seen(tmp_path)
    allowed = {
        *("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_CTYPE", "TZ", "SETTING"),
        *("PYTHONUNBUFFERED", "PYTHONNOUSERSITE", "PYTHONPATH"),
        *("HARNESS_IDENTITY", "HARNESS_POOL_SIZE", "HARNESS_OWNER", "HARNESS_TOKEN_KEY"),
    }
    assert set(seen) <= allowed
    assert "/somewhere" not in seen["PYTHONPATH"].split(os.pathsep)
    assert seen["SETTING"] == "of the manifest"


def test_the_program_gets_its_database_and_its_workers_share_of_the_pool(tmp_path: Path) -> None:
    seen = environment_seen(tmp_path, database_url="sqlite:///data", pool_size=17, workers=4)
    assert seen["DATABASE_URL"] == "sqlite:///data"
    assert seen["HARNESS_POOL_SIZE"] == "4"
    assert environment_seen(tmp_path, pool_size=1, workers=4)["HARNESS_POOL_SIZE"] == "1"


def test_a_database_password_is_not_in_a_launchs_words(tmp_path: Path) -> None:
    assert "secret" not in repr(launch(application(tmp_path), database_url="postgresql://me:secret@host/db"))


def test_only_the_four_names_are_replaced_in_an_own_command(tmp_path: Path) -> None:
    code = "import sys; sys.exit(sys.argv[1] + sys.argv[2])"
    failed = failure_of(tmp_path, "{python}", "-c", code, '{"workers": {workers}, "x": {}}', "{port}", workers=3)
    assert '{"workers": 3, "x": {}}' in str(failed)


def test_the_program_starts_in_its_root_and_stays_on_its_cpus(tmp_path: Path) -> None:
    argv = (*program("answers"), *HOST_AND_PORT)
    (tmp_path / "app" / "code").mkdir(parents=True)
    cpus = (max(os.sched_getaffinity(0)),) if sys.platform == "linux" else ()
    with launched(launch(own(tmp_path / "app", *argv, root="code"), cpus=cpus)) as server:
        seen = psutil.Process(server.process.pid)
        assert seen.cwd() == str(tmp_path / "app" / "code")
        assert not cpus or seen.cpu_affinity() == list(cpus)


@pytest.mark.parametrize(
    ("server", "why"), [("no-such", "no server is called 'no-such'"), ("uvicorn", "does not name 'uvicorn'")]
)
def test_a_cell_on_a_server_it_cannot_have_is_a_usage_error(server: str, why: str, tmp_path: Path) -> None:
    application = own(tmp_path / "app", *program("answers"), *HOST_AND_PORT)
    with pytest.raises(UsageError, match=why), launched(launch(application, server=server)):
        pass


def test_an_own_server_declares_keep_alive_itself(tmp_path: Path) -> None:
    brief = application(
        tmp_path / "app",
        servers=["own"],
        own={"argv": [*program("answers"), *HOST_AND_PORT], "keep_alive": False},
    )
    with launched(launch(brief)) as server:
        assert not server.target.keep_alive
