"""A slice in which the load process was stopped counts nowhere, stays in the record, and is driven again."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.analysis.latency.latency import why_void
from harness.analysis.trials.gather import gather
from harness.campaign.block.driving import TRIES, drive, drive_whole, judge_samples, without_void
from harness.campaign.block.open_slices import driven
from harness.load.driver import LocustDriver
from harness.model.asked.request import Level
from harness.model.fault import Fault
from harness.model.measured.load import Slice, SliceRecord, Together
from harness.model.measured.trial import Cost
from tests.campaign.queues import LEVEL, bench_of, block_of, cell, queue

A = cell("a")


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    with LocustDriver(cpus=(), log=tmp_path_factory.mktemp("load") / "load.log") as running:
        yield running


def slice_of(length_s: float, rotation: int = 0) -> Slice:
    return Slice(rotation=rotation, target=A.id, scenario="plaintext", level=LEVEL, burn_in_s=0.05, length_s=length_s)


def test_a_stopped_load_process_costs_a_slice_that_is_driven_again(driver: LocustDriver, tmp_path: Path) -> None:
    def stop() -> None:
        time.sleep(0.3)
        os.kill(driver.pid, signal.SIGSTOP)
        time.sleep(1.2)
        os.kill(driver.pid, signal.SIGCONT)

    with queue(tmp_path / "a.log", [1.0]) as server:
        bench = bench_of(driver, tmp_path, [A])
        block = block_of(bench, {A: server})
        thread = threading.Thread(target=stop)
        thread.start()
        records = drive(bench, block, [slice_of(1.0)])
        thread.join()
    (record,) = records
    void = [one for one in block.slices if one.is_void]
    assert void
    assert not any(one.counted for one in void)
    assert (record.is_void, record.counted, record.errors) == (False, True, {})
    assert block.slices[-1] == record
    (trial,) = gather(block.slices, 0)
    assert (trial.completions, trial.wall_s, trial.failed_gates) == (record.completions, record.wall_s, ())
    on_disk, _ = bench.folder.read_slices()
    assert [one.is_void for one in on_disk[0]] == [*[True] * len(void), False]
    assert [notice.code for notice in block.notices] == ["generator-stopped"] * len(void)
    assert "is not counted, and is driven again" in block.notices[0].seen


class Away:
    """A driver whose generator is away in the first `times` slices it drives."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.found: tuple[Together, ...] = ()

    def drive(self, slices: list[Slice]) -> list[SliceRecord]:
        return [self._driven(plan) for plan in slices]

    def _driven(self, plan: Slice) -> SliceRecord:
        self.times -= 1
        return record_of(plan, ("machine-suspended",) if self.times >= 0 else ())

    def together(self) -> tuple[Together, ...]:
        return self.found


def record_of(plan: Slice, marks: tuple[str, ...]) -> SliceRecord:
    return SliceRecord(
        rotation=plan.rotation,
        target=plan.target,
        scenario=plan.scenario,
        level=plan.level,
        counted=plan.counted,
        started_at=0.0,
        duration_s=1.0,
        completions=100,
        answered=100,
        wall_s=1.0,
        marks=marks,
    )


class Living:
    """A server that is up."""

    class process:  # noqa: N801
        @staticmethod
        def poll() -> None:
            return None

        @staticmethod
        def log_tail() -> str:
            return "the end"


def benched(away: Away, folder: Path):  # type: ignore[no-untyped-def]
    from harness.campaign.block.state import Block

    bench = bench_of(away, folder, [A])  # type: ignore[arg-type]
    block = Block(0, [A], {"plaintext": frozenset({A.id})})
    block.live[A.id] = Living()  # type: ignore[assignment]
    return bench, block


def test_a_slice_is_driven_again_so_many_times_and_stays_void_then(tmp_path: Path) -> None:
    bench, block = benched(Away(TRIES), tmp_path)
    (record,), aside = drive_whole(bench, block, [slice_of(0.1)])
    assert (record.is_void, record.counted, len(aside)) == (True, False, TRIES - 1)


def test_records_come_in_the_order_of_the_slices_also_of_those_driven_again(tmp_path: Path) -> None:
    bench, block = benched(Away(2), tmp_path)
    plans = [slice_of(0.1, rotation=n) for n in range(4)]
    records, aside = drive_whole(bench, block, plans)
    assert [record.rotation for record in records] == [0, 1, 2, 3]
    assert [record.rotation for record in aside] == [0, 1]
    assert [record.is_void for record in records] == [False] * 4
    assert driven(bench, block, plans)[0].counted


def test_a_void_slice_beside_a_latency_window_discards_it() -> None:
    right, void = (record_of(slice_of(0.1), marks) for marks in ((), ("generator-stopped",)))
    assert why_void([right, right]) is None
    assert getattr(why_void([right, void]), "code", None) == "generator-stopped"


def test_cpu_time_and_switches_that_void_slices_took_are_no_cost_of_the_trial() -> None:
    void, right = record_of(slice_of(0.1), ("generator-stopped",)), record_of(slice_of(0.1), ())
    (trial,) = gather([right, right, right, void.model_copy(update={"counted": False})], 0)
    assert without_void(Cost(server_cpu_s=4.0), trial, [right, right, right, void]).server_cpu_s == 3.0
    assert without_void(Cost(server_cpu_s=4.0), trial, [right]).server_cpu_s == 4.0
    assert without_void(Cost(), trial, [void]).server_cpu_s is None
    switched = without_void(Cost(voluntary_switches=8.0, load_pss_bytes=8), trial, [right, right, right, void])
    assert (switched.voluntary_switches, switched.involuntary_switches, switched.load_pss_bytes) == (6.0, None, 8)


def test_a_cell_whose_samples_are_wrong_as_a_set_fails_with_the_reason(tmp_path: Path) -> None:
    away = Away(0)
    bench, block = benched(away, tmp_path)
    level = Level(connections=16)
    right = Together(target=A.id, scenario="plaintext", level=level, samples=2301, fault=None)
    away.found = (right,)
    judge_samples(bench, block)
    assert block.failures == []
    replay = Fault(code="ids-not-spread", what="2301 responses held only 1 different ids")
    away.found = (right, right.model_copy(update={"fault": replay}))
    judge_samples(bench, block)
    (failure,) = block.failures
    assert block.live == {}
    assert "does not keep the contract" in failure.reason
    assert (
        "2,301 answers under load at 16c: 2301 responses held only 1 different ids [ids-not-spread]" in failure.reason
    )
