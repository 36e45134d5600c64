"""A slice in which the generator itself was away is marked; one in which the server was is not."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from harness.load.driver import LocustDriver
from harness.load.engine.lateness import away, suspended_s
from tests.load.servers import RIGHT, Peer, answering, scenario, serving, slice_of


@pytest.mark.parametrize(
    ("late_s", "slept_s", "connections", "marks"),
    [
        (0.0, 0.0, 64, set()),
        (0.15, 0.01, 64, set()),
        (10.0, 0.0, 64, {"generator-stopped"}),
        (0.25, 0.0, 64, {"generator-stopped"}),
        (0.25, 0.0, 10_000, set()),
        (0.0, 60.0, 64, {"machine-suspended"}),
        (9.0, 60.0, 64, {"generator-stopped", "machine-suspended"}),
    ],
)
def test_a_loop_that_comes_round_late_or_a_clock_that_ran_on_says_that_the_generator_was_away(
    late_s: float, slept_s: float, connections: int, marks: set[str]
) -> None:
    assert away(late_s, slept_s, connections) == marks


def test_a_machine_that_is_awake_has_not_slept_meanwhile() -> None:
    before = suspended_s()
    time.sleep(0.05)
    assert away(0.0, suspended_s() - before, 1) == frozenset()


def stopped(pid: int, after_s: float, for_s: float) -> Callable[[], None]:
    """Stops a process for a while, after a while; call what is returned to wait for its end."""

    def stop() -> None:
        time.sleep(after_s)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(for_s)
        os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=stop)
    thread.start()
    return thread.join


@pytest.mark.parametrize("rate", [None, 200.0], ids=["closed model", "open model"])
def test_a_load_process_that_was_stopped_in_the_middle_marks_its_slice(
    driver: LocustDriver, rate: float | None
) -> None:
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario()])
        driver.drive([slice_of(0.1)])
        over = stopped(driver.pid, 0.5, 1.0)
        (record,) = driver.drive([slice_of(2.5, offered_rate=rate)])
        over()
    assert "generator-stopped" in record.marks
    assert record.is_void


def test_a_server_that_stalls_marks_nothing(driver: LocustDriver) -> None:
    def stalling(peer: Peer) -> None:
        while True:
            if peer.request() % 50 == 0:
                time.sleep(0.6)
            peer.send(RIGHT)

    with serving(stalling) as served:
        driver.prepare([served.target()], [scenario()])
        records = driver.drive([slice_of(0.3, rotation=n, drain_s=5.0) for n in range(4)])
    assert any(not record.is_void for record in records)  # the machine may take a core away from one
