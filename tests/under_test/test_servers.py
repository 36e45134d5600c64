"""One suite over every server of the table: what an entry declares is what the real server does."""

import asyncio
import http.client
import platform
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import fields, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from statistics import median
from typing import cast

import psutil
import pytest
from packaging.requirements import Requirement

from harness.measure.tree import tree_cpu_seconds, tree_size
from harness.model.asked.application import Targets
from harness.model.asked.scenario import Request
from harness.model.errors import TargetFailed
from harness.model.record import SLUG_PATTERN
from harness.under_test.launch.launch import LiveServer, launched, launched_together
from harness.under_test.launch.readiness import PortTaken
from harness.under_test.launch.server import Server
from harness.under_test.launch.servers import HOLDS_BACK, SERVERS
from harness.under_test.verify.pauses import buffered
from harness.under_test.verify.sockets import faults_alone
from tests.process.helpers import until
from tests.under_test.serving import application, launch, python_with_servers

WITH_COMMAND = [server for server in SERVERS.values() if server.argv is not None]
IN_TABLE = [server for server in WITH_COMMAND if server.runs_on(platform.python_version())]
each_server = pytest.mark.parametrize(
    "server",
    [pytest.param(one, id=one.id, marks=pytest.mark.xdist_group(f"server {one.id}")) for one in IN_TABLE],
    scope="module",
)


@pytest.fixture(scope="module")
def python(request: pytest.FixtureRequest) -> Path:
    return python_with_servers(request)


@pytest.fixture(scope="module")
def home(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's own folder, as the server of `live` finds it."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def started(
    server: Server, python: Path, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveServer, ExitStack]]:
    """With two workers, where it can have them, and configurations in the application's folder that would end it or
    move it. All tests of a server share it, in one test process; the last of them stops it by closing the stack."""
    here = application(tmp_path_factory.mktemp("live"))
    (here.folder / "gunicorn.conf.py").write_text("raise SystemExit('obeyed')\n")
    (here.folder / ".env").write_text("UVICORN_PORT=1\n")
    wanted = launch(here, server=server.id, python=python, workers=server.workers(2))
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("HOME", str(home))
        with ExitStack() as running:
            yield running.enter_context(launched(wanted)), running


@pytest.fixture
def live(started: tuple[LiveServer, ExitStack]) -> LiveServer:
    return started[0]


def connected(live: LiveServer) -> http.client.HTTPConnection:
    """Its socket is opened by the first request, or by `connect`."""
    return http.client.HTTPConnection(live.target.host, live.target.port, timeout=30)


def asked(connection: http.client.HTTPConnection, path: str = "/") -> http.client.HTTPResponse:
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.read() == b"ok"
    return response


def most_at_once(live: LiveServer, asking: int) -> int:
    """Requests that the application was in at the same time, by its own account, of so many that were sent together."""
    with ExitStack() as stack:
        many = [stack.enter_context(closing(connected(live))) for _ in range(asking)]
        for connection in many:
            connection.request("GET", "/at-once")
        return max(int(connection.getresponse().headers["At-Once"]) for connection in many)


def ask_by_hand(connection: socket.socket) -> None:
    """What `asked` does, for thousands of connections in seconds."""
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    received = b""
    while not received.endswith(b"\r\n\r\nok"):
        part = connection.recv(65_536)
        assert part, received
        received += part
    assert received.startswith(b"HTTP/1.1 200 ")


def kept_open(connection: socket.socket) -> bool:
    """Whether the server has not closed it: then there is nothing to read, not even the end."""
    connection.setblocking(False)
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    finally:
        connection.settimeout(30)
    return False


def answering_processes(live: LiveServer, at_once: int) -> set[int]:
    """Ids of the processes that answer so many requests at the same time."""
    with ExitStack() as stack:
        many = [stack.enter_context(closing(connected(live))) for _ in range(at_once)]
        for connection in many:
            connection.request("GET", "/")
        return {int(connection.getresponse().headers["Pid"]) for connection in many}


DELAYED_S = 0.04
"""By which Linux delays an acknowledgement at the least (TCP_DELACK_MIN)."""


def usual_answers_s(live: LiveServer, path: str) -> list[float]:
    """The median of many: of those whose first part is acknowledged at once, and of those where that is delayed. The
    two take turns: where others need the processor, both wait alike. Left to itself, the system chooses between the two
    by how fast the answers before came."""
    took: dict[bool, list[float]] = {True: [], False: []}
    with closing(connected(live)) as connection:
        for at_once in [True, False] * 20:
            began = time.perf_counter()
            connection.request("GET", path)
            assert connection.sock is not None
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, at_once)
            assert connection.getresponse().read() == b"ok"
            took[at_once].append(time.perf_counter() - began)
    return [median(took[True]), median(took[False])]


def test_entries_are_found_by_their_id() -> None:
    assert all(key == server.id and re.match(SLUG_PATTERN, key) for key, server in SERVERS.items())
    assert "own" in SERVERS


def test_every_field_of_an_entry_is_documented() -> None:
    document = Path(__file__).parents[2] / "docs" / "adding-a-server.md"
    documented = re.findall(r"^\| `(\w+)` \|", document.read_text().split("## ")[0], re.MULTILINE)
    assert sorted(documented) == sorted(field.name for field in fields(Server))


@each_server
def test_requirements_are_not_pinned_and_hold_the_distribution_shown(server: Server) -> None:
    requirements = [Requirement(text) for text in server.requirements]
    assert server.distribution in {requirement.name for requirement in requirements}
    assert not [one for one in requirements if "==" in str(one.specifier)]
    assert server.interface in Targets.model_fields


@pytest.mark.parametrize(
    "server", [server for server in WITH_COMMAND if server.requires_python], ids=lambda one: one.id
)
def test_a_server_for_some_versions_of_python_alone_is_installed_for_these_alone(server: Server) -> None:
    for minor in range(11, 17):
        markers = [Requirement(text).marker for text in server.requirements]
        this = {"python_version": f"3.{minor}", "python_full_version": f"3.{minor}.1"}
        installed = [marker is None or marker.evaluate(this) for marker in markers]
        assert installed == [server.runs_on(f"3.{minor}.1")] * len(installed)


@each_server
def test_every_process_that_loads_the_application_says_who_it_is(
    server: Server, live: LiveServer, python: Path
) -> None:
    assert len(live.identities) == (server.workers(2) if server.load_per_worker else 1)
    assert {identity.pid for identity in live.identities} <= set(live.process.tree())
    for identity in live.identities:
        assert server.distribution in identity.packages
        assert identity.interpreter.implementation == "CPython"
        assert Path(psutil.Process(identity.pid).exe()).samefile(python)


@each_server
def test_a_server_speaks_websocket_unless_its_entry_says_that_it_cannot(server: Server, live: LiveServer) -> None:
    asked = [Request(path="/websocket", body=f"{number:064}") for number in range(4)]
    faults = asyncio.run(faults_alone(live.target, asked, 10.0))
    assert bool(faults) == ("websocket" in server.cannot), faults


@each_server
def test_a_server_sends_what_it_is_given_at_once_unless_its_entry_says_that_it_holds_it_back(
    server: Server, live: LiveServer
) -> None:
    fault = asyncio.run(buffered(live.target, Request(path="/stream?seed=1"), 10.0))
    assert bool(fault) == (HOLDS_BACK in server.cannot.values()), fault


@each_server
def test_as_many_processes_answer_as_workers_were_asked_for(server: Server, live: LiveServer) -> None:
    seen: set[int] = set()
    ends = time.monotonic() + 30
    while len(seen) < server.workers(2) and time.monotonic() < ends:
        seen |= answering_processes(live, 16)
    assert len(seen) == server.workers(2)
    assert seen <= set(live.process.tree())


@each_server
def test_responses_carry_server_and_date_as_declared(server: Server, live: LiveServer) -> None:
    assert (live.target.sends_date, live.target.sends_name) == (server.sends_date, server.sends_name)
    with closing(connected(live)) as connection:
        response = asked(connection)
    names = response.headers.get_all("Server", [])
    assert len(names) == server.sends_name
    assert all(names)
    dates = response.headers.get_all("Date", [])
    assert len(dates) == server.sends_date
    assert all(parsedate_to_datetime(date) for date in dates)


@each_server
def test_the_end_of_a_body_is_told_also_where_the_application_does_not_give_its_length(
    server: Server, live: LiveServer
) -> None:
    with closing(connected(live)) as connection:
        response = asked(connection, "/without-length")
        assert (response.headers["Content-Length"] == "2") != (response.headers["Transfer-Encoding"] == "chunked")
        assert (connection.sock is not None) == server.keep_alive


@each_server
def test_an_answer_waits_for_the_acknowledgement_of_its_first_part_only_where_that_is_declared(
    server: Server, live: LiveServer
) -> None:
    """Where it does, each takes at least 40 ms more: what the kernel delays an acknowledgement, however fast it is."""
    if not server.keep_alive:
        pytest.skip("only on connections that are kept does a client delay its acknowledgements")
    for path in ("/", "/without-length"):
        at_once, delayed = usual_answers_s(live, path)
        assert (delayed - at_once > DELAYED_S / 2) == server.nagle_with_workers, path


@each_server
def test_keep_alive_is_as_declared(server: Server, live: LiveServer) -> None:
    assert live.target.keep_alive == server.keep_alive
    with closing(connected(live)) as connection:
        asked(connection)
        kept = connection.sock
        assert (kept is not None) == server.keep_alive
        asked(connection)
        assert not server.keep_alive or connection.sock is kept


@each_server
def test_more_connections_than_the_servers_own_default_are_kept_while_one_more_is_answered(
    server: Server, live: LiveServer
) -> None:
    """Gunicorn's default is 1000 a worker. Each connection is used once, as in a rotation, and then lies idle."""
    if not server.keep_alive:
        pytest.skip("it keeps none")
    with ExitStack() as stack:
        many = []
        for _ in range(2100):
            many.append(stack.enter_context(socket.create_connection((live.target.host, live.target.port), 30)))
            ask_by_hand(many[-1])
        assert all(kept_open(connection) for connection in many)
        ask_by_hand(many[0])


@each_server
def test_connections_that_were_opened_silently_are_all_answered_and_kept(server: Server, live: LiveServer) -> None:
    """As load is driven: first all are opened, then all ask, again and again. A thread may wait for each that is
    silent."""
    if not server.keep_alive:
        pytest.skip("it keeps none")
    with ExitStack() as stack:
        many = [stack.enter_context(closing(connected(live))) for _ in range(256)]
        for connection in many:
            connection.connect()
        opened = [connection.sock for connection in many]
        for _ in range(3):
            for connection in many:
                connection.request("GET", "/")
            for connection in many:
                assert connection.getresponse().read() == b"ok"
        assert [connection.sock for connection in many] == opened


def test_connections_are_kept_longer_than_the_servers_would_by_themselves(python: Path, tmp_path: Path) -> None:
    """Of those that close idle ones within seconds, cheroot waits longest by default: 10 s."""
    keeping = [server for server in IN_TABLE if server.keep_alive]
    here = application(tmp_path / "app")
    launches = [launch(here, server=one.id, python=python, log=tmp_path / one.id) for one in keeping]
    with launched_together(launches) as (live, failures), ExitStack() as stack:
        assert failures == []
        many = [stack.enter_context(closing(connected(one))) for one in live.values()]
        for connection in many:
            asked(connection)
        opened = [connection.sock for connection in many]
        time.sleep(12)
        for connection in many:
            asked(connection)
        assert [connection.sock for connection in many] == opened


@pytest.mark.parametrize(
    "server", [one for one in IN_TABLE if one.stop_signal != signal.SIGTERM], ids=lambda one: one.id
)
def test_a_server_with_a_signal_of_its_own_ends_while_the_same_still_keeps_an_idle_connection_after_sigterm(
    server: Server, python: Path, tmp_path: Path
) -> None:
    here = application(tmp_path / "app")
    with ExitStack() as stack:
        own = stack.enter_context(launched(launch(here, server=server.id, python=python, log=tmp_path / "own")))
        with pytest.MonkeyPatch.context() as changed:
            changed.setitem(cast(dict[str, Server], SERVERS), server.id, replace(server, stop_signal=signal.SIGTERM))
            usual = stack.enter_context(launched(launch(here, server=server.id, python=python, log=tmp_path / "usual")))
        for live in (usual, own):
            asked(stack.enter_context(closing(connected(live))))
        for live in (usual, own):
            live.process.ask_to_stop()
        until(lambda: own.process.poll() is not None)
        assert usual.process.poll() is None


def test_a_worker_has_as_many_threads_as_it_is_given(python: Path, tmp_path: Path) -> None:
    pooled = [server for server in IN_TABLE if server.threads]
    here = application(tmp_path / "app")
    launches = [launch(here, server=one.id, python=python, log=tmp_path / one.id, threads=3) for one in pooled]
    with launched_together(launches) as (live, failures):
        assert failures == []
        found = {cell.split(".")[1]: most_at_once(one, 12) for cell, one in live.items()}
    assert found == dict.fromkeys((server.id for server in pooled), 3)


def test_a_worker_has_as_many_runtime_threads_as_it_is_given(python: Path, tmp_path: Path) -> None:
    """Besides those that every worker of the server has, so two numbers are set beside each other."""
    found = {}
    for server in (one for one in IN_TABLE if one.runtime_threads):
        here = application(tmp_path / server.id)
        usual = launch(here, server=server.id, python=python)
        cells = [usual.cell.model_copy(update={"runtime_threads": number}) for number in (2, 4)]
        launches = [replace(usual, cell=cell, log=tmp_path / cell.id) for cell in cells]
        with launched_together(launches) as (live, failures):
            assert failures == []
            few, many = (tree_size(live[cell.id].process.warden_pid)[1] for cell in cells)
        found[server.id] = many - few
    assert found == dict.fromkeys(found, 2)
    assert len(found) == 3


@each_server
def test_no_request_is_logged_nor_that_it_waited(server: Server, live: LiveServer) -> None:
    before = live.process.log.read_bytes()
    for _ in range(3):
        answering_processes(live, 64)
    assert live.process.log.read_bytes() == before


@each_server
def test_it_listens_on_loopback_alone_and_writes_nothing_at_home(server: Server, live: LiveServer, home: Path) -> None:
    tree = live.process.tree()
    listening = {
        tuple(one.laddr)
        for one in psutil.net_connections("tcp")  # once: each process's own would read the table of all again
        if one.pid in tree and one.status == psutil.CONN_LISTEN
    }
    assert ("127.0.0.1", live.target.port) in listening
    assert {host for host, _ in listening} == {"127.0.0.1"}
    assert len(listening) == (2 if server.id == "pyuwsgi" else 1), "uWSGI's router reaches its workers by a second"
    assert list(home.iterdir()) == []


@each_server
def test_a_configuration_that_lies_in_the_applications_folder_is_not_obeyed(server: Server, live: LiveServer) -> None:
    assert live.process.poll() is None
    with closing(connected(live)) as connection:
        asked(connection)


@each_server
def test_an_application_that_does_not_load_is_told_at_once_also_by_servers_that_try_for_ever(
    server: Server, python: Path, tmp_path: Path
) -> None:
    here = application(tmp_path / "app")
    (here.folder / "app.py").write_text("import no_such_package\n")
    with pytest.raises(TargetFailed) as failed, launched(launch(here, server=server.id, python=python, workers=2)):
        pass
    assert failed.value.phase == "start"
    assert "does not load: ModuleNotFoundError: No module named 'no_such_package'" in str(failed.value)
    assert not isinstance(failed.value, PortTaken)


@each_server
def test_nothing_is_left_and_the_work_of_its_workers_was_counted(
    server: Server, started: tuple[LiveServer, ExitStack]
) -> None:
    """Stops the server that the tests before shared."""
    live, running = started
    tree = live.process.tree()
    used = tree_cpu_seconds(live.process.warden_pid)
    assert used is None or used > 0
    running.close()
    assert not any(map(psutil.pid_exists, tree))
    with socket.socket() as probe:
        assert probe.connect_ex((live.target.host, live.target.port)) != 0
