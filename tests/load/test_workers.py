"""Workers under a master: what they sent is what the master says, and one that is lost is told."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from harness.load.distributed.merging import merged_record
from harness.load.distributed.protocol import Clock, clock_of
from harness.load.driver import LocustDriver
from harness.load.histogram import Times, decoded
from harness.load.join import work_for
from harness.model.errors import EnvironmentRefused, HarnessError
from harness.model.measured.load import SliceRecord
from harness.process.owned import OwnedProcess
from tests.load import test_streams, test_websockets
from tests.load.programs.running import worker_process
from tests.load.servers import RIGHT, Peer, answering, marks_of, scenario, serving, slice_of

of_three = pytest.mark.xdist_group("three workers")
"""Tests in one process, which share the workers."""


@contextlib.contextmanager
def driver_with_workers(folder: Path, count: int) -> Iterator[tuple[LocustDriver, list[OwnedProcess]]]:
    """A driver and its workers, which write journals `0`, `1`, ... into `folder`."""
    with contextlib.ExitStack() as owned:
        driver = owned.enter_context(LocustDriver(cpus=(), log=folder / "load.log", workers=count, wait_s=60))
        assert driver.port is not None
        workers = [owned.enter_context(worker_process(driver.port, folder, str(n))) for n in range(count)]
        yield driver, workers


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocustDriver, Path]]:
    """A driver with three workers, and the folder of their journals."""
    folder = tmp_path_factory.mktemp("three")
    with driver_with_workers(folder, 3) as (driver, _):
        yield driver, folder


def journal(folder: Path, name: str) -> list[SliceRecord]:
    path = folder / name
    return [SliceRecord.model_validate_json(line) for line in path.read_text().splitlines()] if path.exists() else []


@of_three
@pytest.mark.parametrize("rate", [None, 301.0], ids=["closed model", "open model"])
def test_totals_are_the_sums_of_the_workers_own_journals_to_the_request(
    three: tuple[LocustDriver, Path], rate: float | None
) -> None:
    driver, folder = three
    earlier = [len(journal(folder, str(n))) for n in range(3)]
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario()])
        slices = [slice_of(0.3, rotation=n, connections=7, offered_rate=rate) for n in range(4)]
        records = driver.drive(slices)
    journals = [journal(folder, str(n))[earlier[n] :] for n in range(3)]
    assert [len(lines) for lines in journals] == [4, 4, 4]
    for record, *parts in zip(records, *journals, strict=True):
        assert marks_of(record) == set()
        assert record.completions == sum(part.completions for part in parts) > 0
        assert record.bytes_received == sum(part.bytes_received for part in parts)
        assert record.rate == pytest.approx(sum(part.rate for part in parts))
        assert record.histogram is not None
        counted = record.completions if rate is None else record.offered
        assert decoded(record.histogram).get_total_count() == counted


@of_three
def test_workers_drive_streams_and_websockets_in_turn_over_connections_of_their_own(
    three: tuple[LocustDriver, Path],
) -> None:
    driver, _ = three
    sockets = test_websockets.SCENARIO.model_copy(update={"id": "sockets"})
    with serving(both) as served:
        driver.prepare([served.target()], [test_streams.SCENARIO, sockets])
        asked = ("plaintext", "sockets", "plaintext")
        records = driver.drive([slice_of(0.2, connections=6, scenario=one) for one in asked])
    assert [record.errors for record in records] == [{}, {}, {}]
    assert all(record.completions > 0 for record in records)
    assert [record.first_histogram is not None for record in records] == [True, False, True]


def both(peer: Peer) -> None:
    """Streams, or a WebSocket, by what the first request is."""
    peer.head()
    if peer.waits_with(b"websocket"):
        test_websockets.echoing(test_websockets.right)(peer)
    else:
        test_streams.Streaming()(peer)


@of_three
def test_the_offered_rate_is_shared_by_users(three: tuple[LocustDriver, Path]) -> None:
    driver, folder = three
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario()])
        (record,) = driver.drive([slice_of(1.0, burn_in_s=0.0, connections=4, offered_rate=400.0)])
    assert record.offered == 400
    assert sorted(journal(folder, str(n))[-1].offered or 0 for n in range(3)) == [100, 100, 200]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "silent"])
def test_a_worker_lost_in_the_middle_marks_the_slice_and_the_others_take_over(tmp_path: Path, blow: int) -> None:
    with serving(answering(RIGHT)) as served, driver_with_workers(tmp_path, 2) as (driver, workers):
        driver.prepare([served.target()], [scenario()])
        records = [*driver.drive([slice_of(0.3, connections=4)])]
        striking = threading.Timer(0.3, os.kill, (workers[0].pid, blow))
        striking.start()
        records += driver.drive([slice_of(0.6, rotation=1, connections=4)])
        striking.join()
        records += driver.drive([slice_of(0.3, rotation=n, connections=4) for n in range(2, 5)])
        if blow == signal.SIGSTOP:
            os.kill(workers[0].pid, signal.SIGCONT)
    lost = [record for record in records if "lost-worker" in record.marks]
    assert len(lost) <= 2
    assert len(records) == 5
    assert marks_of(records[0]) == set()
    assert marks_of(records[-1]) == set()
    assert records[-1].completions == journal(tmp_path, "1")[-1].completions > 0
    assert served.connections > 4  # the survivor opened its own again, and the other's


def test_a_worker_that_comes_back_has_its_part_again(tmp_path: Path) -> None:
    with serving(answering(RIGHT)) as served, driver_with_workers(tmp_path, 2) as (driver, workers):
        driver.prepare([served.target()], [scenario()])
        driver.drive([slice_of(0.1, connections=4)])
        os.kill(workers[0].pid, signal.SIGSTOP)
        driver.drive([slice_of(0.1, rotation=n, connections=4) for n in range(1, 4)])
        os.kill(workers[0].pid, signal.SIGCONT)
        for n in range(4, 40):
            (back,) = driver.drive([slice_of(0.3, rotation=n, connections=4)])
            if marks_of(back) == set() and journal(tmp_path, "0")[-1].rotation == n:
                break
    assert marks_of(back) == set()
    assert journal(tmp_path, "0")[-1].rotation == back.rotation
    assert back.completions == sum(journal(tmp_path, str(n))[-1].completions for n in range(2))


def test_workers_that_never_come_are_told(tmp_path: Path) -> None:
    with (
        LocustDriver(cpus=(), log=tmp_path / "log", workers=2, wait_s=0.5) as driver,
        pytest.raises(HarnessError, match="2 load workers did not connect"),
    ):
        driver.prepare([], [scenario()])


def test_a_port_taken_by_someone_else_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as squatter:
        port = squatter.getsockname()[1]
        driver = LocustDriver(cpus=(), log=tmp_path / "log", workers=1, port=port)
        with pytest.raises(EnvironmentRefused, match=f"127.0.0.1:{port} cannot be listened on"), driver:
            pass


def test_the_master_listens_on_loopback_alone_unless_told_otherwise(tmp_path: Path) -> None:
    with LocustDriver(cpus=(), log=tmp_path / "log", workers=1) as driver:
        listening = [c.laddr for c in psutil.Process(driver.pid).net_connections("tcp") if c.status == "LISTEN"]
    assert [(address.ip, address.port) for address in listening] == [("127.0.0.1", driver.port)]


def test_workers_go_home_with_their_driver(tmp_path: Path) -> None:
    before = set(psutil.Process().children(recursive=True))
    with LocustDriver(cpus=(), log=tmp_path / "log", own_workers=2) as driver:
        driver.prepare([], [scenario()])
        started = set(psutil.Process().children(recursive=True)) - before
    assert len(started) >= 3
    assert not any(process.is_running() for process in started)


def test_a_worker_is_sent_home_when_the_master_is_done(tmp_path: Path) -> None:
    with driver_with_workers(tmp_path, 1) as (driver, (worker,)):
        driver.prepare([], [scenario()])
        driver.__exit__(None, None, None)
        assert worker.wait(20) == 0


def test_joining_a_master_that_is_not_there_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(HarnessError, match="no load master answers"):
        work_for("127.0.0.1", port, log=tmp_path / "log", wait_s=1)


def test_the_shortest_round_trip_tells_the_clock() -> None:
    assert clock_of([(0.0, 105.0, 10.0), (20.0, 121.0, 22.0), (30.0, 135.0, 34.0)]) == Clock(offset_s=100.0, skew_s=1.0)


def part_of(seconds: list[float], **more: object) -> SliceRecord:
    times = Times()
    times.add(np.array(seconds))
    fields: dict[str, object] = {
        "rotation": 0, "target": "cell", "scenario": "plaintext", "level": {"connections": 4}, "counted": True,
        "started_at": 5.0, "duration_s": 2.0, "completions": len(seconds), "wall_s": 3.0,
        "latency_mean_s": times.mean_s, "latency_max_s": times.max_s, "histogram": times.encoded(),
    }  # fmt: skip
    return SliceRecord.model_validate(fields | more)


def test_merging_adds_counts_and_weighs_means() -> None:
    parts = [
        part_of([0.1, 0.3], errors={"status": 1}),
        part_of([0.5], errors={"status": 2, "reset": 1}, duration_s=1.0),
    ]
    record = merged_record(slice_of(), parts, {"lost-worker"})
    assert record.completions == 3
    assert record.rate == pytest.approx(1.0 + 1.0)
    assert record.errors == {"status": 3, "reset": 1}
    assert record.latency_mean_s == pytest.approx(0.3)
    assert record.latency_max_s == 0.5
    assert marks_of(record) == {"lost-worker"}


def test_nothing_from_anybody_is_a_record_of_nothing() -> None:
    record = merged_record(slice_of(), [], {"lost-worker"})
    assert (record.completions, record.rate, record.histogram, record.latency_mean_s) == (0, 0.0, None, None)
    assert marks_of(record) == {"lost-worker"}
