"""A generator that never sleeps: what it tells of its own time, and what of due moments."""

import time
from itertools import pairwise

import pytest

from harness.load.driver import LocustDriver
from harness.load.histogram import percentile_s
from harness.model.measured.load import SliceRecord
from tests.load.servers import RIGHT, Peer, answering, scenario, serving, slice_of


def driven(driver: LocustDriver, behaviour: object = answering(RIGHT), **how: object) -> SliceRecord:
    with serving(behaviour) as served:  # type: ignore[arg-type]
        driver.prepare([served.target()], [scenario()])
        (record,) = driver.drive([slice_of(**how)])  # type: ignore[arg-type]
    assert record.errors == {}
    assert record.completions > 0
    return record


def slowly(peer: Peer) -> None:
    """Answers after 20 ms."""
    while True:
        peer.request()
        time.sleep(0.02)
        peer.send(RIGHT)


def test_one_that_sleeps_tells_its_cpu_time_and_no_more(driver: LocustDriver) -> None:
    record = driven(driver)
    assert (record.generator_busy_s, record.ready_s) == (None, None)
    assert record.generator_work_s == record.generator_cpu_s > 0


def test_one_that_never_sleeps_tells_how_long_it_had_work_and_how_long_answers_lay_ready(driver: LocustDriver) -> None:
    record = driven(driver, spins=True)
    assert record.generator_busy_s is not None
    assert record.ready_s is not None
    assert 0 < record.generator_busy_s <= record.wall_s
    assert 0 < record.ready_s < record.wall_s
    assert record.generator_work_s == record.generator_busy_s


def test_while_it_waits_for_a_slow_server_it_has_no_work(driver: LocustDriver) -> None:
    record = driven(driver, slowly, length_s=0.6, connections=1, spins=True)
    assert record.generator_work_s < record.wall_s / 4


def test_between_slices_it_sleeps(driver: LocustDriver) -> None:
    driven(driver, spins=True)
    looks = []
    for _ in range(4):
        looks.append(time.clock_gettime((~driver.pid << 3) | 2))  # clock_getcpuclockid(3) on Linux
        time.sleep(0.25)
    assert min(after - before for before, after in pairwise(looks)) < 0.1


@pytest.mark.parametrize("spins", [True, False])
def test_in_the_open_model_all_that_is_due_is_sent_and_its_lateness_is_told(driver: LocustDriver, spins: bool) -> None:
    record = driven(driver, length_s=0.55, offered_rate=400.0, spins=spins)
    assert record.offered == 200
    assert record.lateness_histogram is not None
    assert record.histogram is not None
    assert record.service_histogram is not None
    late, answered = (percentile_s(one, 50) for one in (record.lateness_histogram, record.histogram))
    assert late <= answered


def test_workers_pass_a_slice_awake_too(tmp_path: object) -> None:
    with LocustDriver(cpus=(), log=tmp_path / "log", own_workers=2) as workers:  # type: ignore[operator]
        record = driven(workers, spins=True)
    assert record.generator_busy_s is not None
    assert 0 < record.generator_busy_s <= 2 * record.wall_s
