"""What the engine says of a server whose truth is known. Times are compared, so the machine must be free."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from harness.load.driver import LocustDriver
from harness.load.histogram import percentile_s
from harness.model.measured.load import SliceRecord, Target
from tests.load.servers import scenario, slice_of

pytestmark = pytest.mark.alone
PROGRAM = Path(__file__).parent / "programs" / "known_server.py"
PERCENTS = (50.0, 90.0, 95.0, 99.0)


CPUS = sorted(os.sched_getaffinity(0))
GENERATOR, SERVER = CPUS[-1:], CPUS[:1]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    with LocustDriver(cpus=tuple(GENERATOR), log=tmp_path_factory.mktemp("load") / "load.log") as running:
        yield running


@contextlib.contextmanager
def known_server(log: Path) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Its port and process; its log is complete when the block is left."""
    argv = [sys.executable, str(PROGRAM), str(log)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        os.sched_setaffinity(process.pid, SERVER)
        try:
            yield int(process.stdout.readline()), process
        finally:
            process.send_signal(signal.SIGCONT)
            process.terminate()


def driven(driver: LocustDriver, port: int, **how: object) -> SliceRecord:
    driver.prepare([Target(cell="cell", host="127.0.0.1", port=port, sends_date=False)], [scenario()])
    (record,) = driver.drive([slice_of(**how)])  # type: ignore[arg-type]
    return record


@pytest.mark.parametrize("rate", [None, 1000.0], ids=["closed model", "open model"])
def test_percentiles_agree_with_what_the_server_itself_logged(
    driver: LocustDriver, tmp_path: Path, rate: float | None
) -> None:
    """A machine that takes time from either side disturbs a run, but an engine that is wrong is wrong in every one."""
    assert any(not disagreement(driver, tmp_path / str(number), rate) for number in range(6))


def disagreement(driver: LocustDriver, log: Path, rate: float | None) -> list[tuple[float, float, float]]:
    """(percent, what the engine says, the truth) wherever they differ by more than 5 % and 0.2 ms."""
    connections = 4 if rate is None else 64
    with known_server(log) as (port, _):
        record = driven(
            driver, port, length_s=2.5, burn_in_s=0.2, connections=connections, offered_rate=rate, spins=True
        )
    truth_s = np.array([float(line) for line in log.read_text().split()])
    assert record.errors == {}
    assert record.histogram is not None
    assert record.completions > 2000
    pairs = [(p, percentile_s(record.histogram, p), float(np.percentile(truth_s, p))) for p in PERCENTS]
    return [(p, said, true) for p, said, true in pairs if said != pytest.approx(true, rel=0.05, abs=0.0002)]


def test_service_times_lie_beside_response_times_in_the_open_model(driver: LocustDriver, tmp_path: Path) -> None:
    with known_server(tmp_path / "log") as (port, _):
        record = driven(driver, port, length_s=2.0, connections=2, offered_rate=1500.0)
    assert record.histogram is not None
    assert record.service_histogram is not None
    assert percentile_s(record.service_histogram, 50) < 0.002
    assert percentile_s(record.histogram, 50) > 2 * percentile_s(record.service_histogram, 50)


def test_a_stall_of_one_second_in_five_is_seen_in_full_by_the_open_model(driver: LocustDriver, tmp_path: Path) -> None:
    with known_server(tmp_path / "log") as (port, process):
        stop = threading.Timer(2.0, os.kill, (process.pid, signal.SIGSTOP))
        go_on = threading.Timer(3.0, os.kill, (process.pid, signal.SIGCONT))
        stop.start(), go_on.start()
        record = driven(driver, port, length_s=5.0, burn_in_s=0.0, drain_s=5.0, connections=64, offered_rate=2000.0)
    assert record.errors == {}
    assert record.histogram is not None
    assert record.offered == 10_000
    assert 0.850 <= percentile_s(record.histogram, 99) <= 1.000


def test_littles_law_holds_on_a_continuous_run(driver: LocustDriver, tmp_path: Path) -> None:
    with known_server(tmp_path / "log") as (port, _):
        record = driven(driver, port, length_s=4.0, burn_in_s=0.5, connections=16)
    assert record.latency_mean_s is not None
    assert record.rate * record.latency_mean_s == pytest.approx(16, rel=0.02)


def test_a_server_that_cannot_keep_up_shows_its_backlog(driver: LocustDriver, tmp_path: Path) -> None:
    with known_server(tmp_path / "log") as (port, _):
        record = driven(driver, port, length_s=1.0, burn_in_s=0.0, drain_s=0.3, connections=1, offered_rate=5000.0)
    assert record.offered == 5000
    assert record.backlog is not None
    assert record.backlog > 1000
    assert record.completions + record.backlog == pytest.approx(5000, abs=10)
    assert record.marks == ("backlog-dropped", "drain-overrun")
