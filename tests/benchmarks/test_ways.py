"""The ways in which benchmarks/truth.py drives a slice."""

import asyncio
import itertools
import math
import os
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest
from shared.networks import NAMESPACES, inside, mask, two_hosts
from shared.unix_sockets import HOST, at_socket, drive
from shared.ways import Bench, Way
from truth import CORE, STEPS, TRUTH, Seen, by_kernel, conclude, ratios, staggered, step_named, unevenness

from harness.measure.cores import split_cores
from harness.model.errors import EnvironmentRefused, TargetFailed
from harness.under_test.launch.servers import SERVERS
from tests.process.helpers import until

REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
WHOLE = "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!"
CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nd\r\nHello, World!\r\n0\r\n\r\n"
BUSY = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"


@dataclass
class Counting:
    """A server that counts its answers, and where it listens."""

    tcp: str
    unix: str
    answered: int = 0


@contextmanager
def counting(folder: Path, response: str = WHOLE) -> Iterator[Counting]:
    """In a thread of its own, on both kinds of socket."""
    found, up, loop = Counting("", str(folder / "s")), threading.Event(), asyncio.new_event_loop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(len(REQUEST)):
            found.answered += 1
            writer.write(response.encode())
        writer.close()

    async def serve() -> None:
        tcp = await asyncio.start_server(answer, "127.0.0.1", 0)
        await asyncio.start_unix_server(answer, found.unix)
        found.tcp = f"127.0.0.1:{tcp.sockets[0].getsockname()[1]}"
        up.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()))
    thread.start()
    assert up.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@pytest.mark.parametrize(("network", "response"), [("tcp", WHOLE), ("unix", WHOLE), ("tcp", CHUNKED)])
def test_the_independent_generator_counts_what_the_server_answered(tmp_path: Path, network: str, response: str) -> None:
    with counting(tmp_path, response) as server:
        found = drive(getattr(server, network), REQUEST, connections=8, burn_in_s=0.2, length_s=0.6)
    assert found.answered == server.answered
    assert 0 < found.rate * 0.4 < found.answered, "those of the burn-in are not counted"


def test_the_independent_generator_takes_no_other_answer_than_200(tmp_path: Path) -> None:
    with counting(tmp_path, BUSY) as server, pytest.raises(TargetFailed, match="503"):
        drive(server.tcp, REQUEST, connections=1, burn_in_s=0.0, length_s=0.1)


@pytest.mark.parametrize(
    ("server", "there"), [("uvicorn", ["--uds", "/s/1"]), ("gunicorn-gthread", ["--bind", "unix:/s/1"])]
)
def test_a_server_is_moved_to_a_unix_socket_and_changed_in_nothing_else(server: str, there: list[str]) -> None:
    argv = SERVERS[server].argv
    assert argv is not None
    usual = argv("app", HOST, 1, 1)
    moved = at_socket(usual, "/s/1")
    assert " ".join(there) in " ".join(moved)
    assert not any(HOST in part for part in moved)
    assert [part for part in usual if part not in moved and HOST not in part] in ([], ["--host", "--port"])


@pytest.mark.parametrize(("cpus", "said"), [((), "00000000"), ((1,), "00000002"), ((0, 33), "00000002,00000001")])
def test_processors_are_written_as_the_kernel_reads_them(cpus: tuple[int, ...], said: str) -> None:
    assert mask(cpus) == said


def test_what_a_way_changes_is_read_from_the_kernels_share_whatever_the_machine_does() -> None:
    """In truth the kernel takes 10 of 50 us for the bare callable and 20 of 200 for another; steered 5 and 10 less."""
    dice, seen = random.Random(3), []
    for number in range(8):
        for way, saved in ((TRUTH, (0.0, 0.0)), ("steered", (5.0, 10.0))):
            for app, user, system in ((CORE[0], 40.0, 10.0 - saved[0]), ("flask", 180.0, 20.0 - saved[1])):
                slow = dice.uniform(1, 2)
                cpu = slow * (user + system)
                seen.append(Seen("m", number, way, app, 0, 1e6 / cpu, cpu, None, slow * system))
    [figure] = by_kernel(seen)
    assert figure.name == "by_kernel_over_truth_steered_flask"
    expected = (200 / 190) / (50 / 45)  # it gains less than the bare callable does
    assert (figure.low, figure.value, figure.high) == pytest.approx((expected,) * 3)


def test_rounds_from_before_the_kernels_share_was_kept_are_left_out_of_it() -> None:
    assert list(by_kernel([Seen("m", 0, way, CORE[1], 0, 1.0, 1.0, None) for way in (TRUTH, "unix")])) == []


@pytest.mark.parametrize("ways", [1, 2, 3, 7])
def test_the_ways_of_a_cell_lie_close_together_and_never_side_by_side(ways: int) -> None:
    order = list(staggered(cast(Any, "abcdefg"), [str(way) for way in range(ways)]))
    assert sorted(order) == [(cell, str(way)) for cell in "abcdefg" for way in range(ways)]
    assert all(one[0] != next_[0] for one, next_ in itertools.pairwise(order))
    for cell in "abcdefg":
        places = [place for place, (driven, _) in enumerate(order) if driven == cell]
        assert max(places) - min(places) < ways**2


def test_a_ratio_is_to_the_mean_of_both_copies_of_the_bare_callable() -> None:
    rates = ((CORE[0], 0, 100.0), (CORE[0], 1, 121.0), ("flask", 0, 55.0))
    seen = [Seen("m", 0, TRUTH, app, twin, rate, 1e6 / rate, None) for app, twin, rate in rates]
    found = {app: math.exp(logs[0]) for app, logs in ratios(seen, "rate")[TRUTH].items()}
    assert found == pytest.approx({"flask": 0.5, "itself": 1.21})


def test_a_cell_that_was_not_driven_in_a_way_has_no_figure_in_it() -> None:
    ways = [(TRUTH, CORE), *((step_named(step), CORE[:1]) for step in range(STEPS))]
    seen = [
        Seen("m", number, way, app, twin, 30_000.0, 1.0, None)
        for number in range(8)
        for way, apps in ways
        for app in apps
        for twin in ((0, 1) if app == CORE[0] else (0,))
    ]
    with warnings.catch_warnings(action="error", category=RuntimeWarning):
        names = {figure.name for figure in conclude(seen).figures}
    assert "over_truth_step_40ms_itself" in names
    assert not any("flask" in name for name in names if "step" in name)


def test_a_slice_of_a_fast_cell_that_dips_after_the_burn_in_is_uneven() -> None:
    seen = []
    for number in range(8):
        for step in range(STEPS):
            rate = 30_000.0 * (1.1 if step == 0 else 0.95 if step == 3 else 1.0) * 1.01**number
            for app, speed in ((CORE[0], 1.0), ("flask", 0.1)):
                seen.append(Seen("m", number, step_named(step), app, 0, speed * rate, 1.0, None))
    found = {figure.name: figure.value for figure in unevenness(seen)}
    assert len(found) == STEPS - 2, "two begin within the burn-in, and flask is too slow for steps of 20 ms"
    assert found["course_step_60ms_raw_asgi"] == pytest.approx(0.95, rel=0.01)
    assert found["course_step_80ms_raw_asgi"] == pytest.approx(1.0, rel=0.01)


def test_two_hosts_reach_each_other_and_nothing_is_left_of_them() -> None:
    try:
        with two_hosts() as (one, other):
            with inside(one):
                listener = subprocess.Popen(
                    [sys.executable, "-c", LISTEN, one.address], stdout=subprocess.PIPE, text=True
                )
            assert listener.stdout is not None
            port = listener.stdout.readline().strip()
            one.received_on((0,))
            with inside(other):
                said = subprocess.run([sys.executable, "-c", CONNECT, one.address, port], check=True, timeout=10)
            assert said.returncode == 0
            assert listener.wait(10) == 0
            files = [NAMESPACES / host.namespace for host in (one, other)]
            assert all(file.exists() for file in files)
    except EnvironmentRefused as refused:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(refused))
    assert not any(file.exists() for file in files)


LISTEN = """
import socket, sys
with socket.create_server((sys.argv[1], 0)) as server:
    server.settimeout(10)
    print(server.getsockname()[1], flush=True)
    server.accept()
"""
CONNECT = "import socket, sys; socket.create_connection(sys.argv[1:3], timeout=5)"


def test_the_other_servers_are_stopped_only_while_one_is_driven_alone() -> None:
    sleepers = [subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _ in range(4)]
    try:
        cells = [SimpleNamespace(id=str(number)) for number in range(4)]
        servers = {
            cell.id: SimpleNamespace(process=SimpleNamespace(tree=lambda pid=one.pid: (pid,)))
            for cell, one in zip(cells, sleepers, strict=True)
        }
        up = Bench({"loopback": cast("Any", SimpleNamespace(cells=cells, servers=servers))}, None, {}, split_cores())
        with up.alone(cast("Any", cells[2]), Way({}, awake=2), random.Random(1)):
            until(lambda: len(stopped(sleepers)) == 2)
            assert sleepers[2] not in stopped(sleepers), "the driven one"
        until(lambda: not stopped(sleepers))
        with up.alone(cast("Any", cells[0]), Way({}), random.Random(1)):
            assert not stopped(sleepers)
    finally:
        for one in sleepers:
            one.kill()
            one.wait()


def stopped(processes: list[subprocess.Popen[bytes]]) -> list[subprocess.Popen[bytes]]:
    return [one for one in processes if psutil.Process(one.pid).status() == psutil.STATUS_STOPPED]
