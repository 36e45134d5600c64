import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from harness.analysis.latency.next_rate import LEAST_TRIES, WIDTH
from harness.campaign.block import capacity_search
from harness.campaign.block.capacity_search import LEAST_DUE
from harness.campaign.block.latency import measure_latency
from harness.campaign.block.open_slices import CAPACITY_S
from harness.load.driver import LocustDriver
from harness.model.measured.latency import CapacitySearch
from harness.model.measured.load import Slice, SliceRecord
from tests.campaign.queues import SCENARIO, bench_of, block_of, cell, queue, response_times

A = cell("a")
TIMES_MS = [round(float(time), 3) for time in np.random.default_rng(3).exponential(1.0, 400)]


class Seen:
    """The real driver; it keeps what it was asked to drive."""

    def __init__(self, driver: LocustDriver) -> None:
        self._driver = driver
        self.slices: list[Slice] = []
        self.prepare = driver.prepare

    def drive(self, slices: Sequence[Slice]) -> Sequence[SliceRecord]:
        self.slices += slices
        return self._driver.drive(slices)


def searched(driver, folder: Path, times_ms: Sequence[float], p99_s: float) -> CapacitySearch:  # type: ignore[no-untyped-def]
    with queue(folder / "a.log", times_ms) as server:
        bench = bench_of(driver, folder, [A], p99_s=p99_s)
        block = block_of(bench, {A: server})
        for _ in measure_latency(bench, block, SCENARIO, usual={}, dice=random.Random(1)):
            pass
        assert bench.phases.seconds().keys() == {"latency", "capacity"}
    (search,), notices = bench.folder.read_searches()
    assert notices == ()
    return search


@pytest.mark.alone
def test_the_highest_rate_under_a_limit_is_found_where_the_queue_is_known_to_reach_it(
    driver: LocustDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity_search, "probe_length", lambda rate: LEAST_DUE / rate)
    limit_s, capacity = 0.01, 1000 / float(np.mean(TIMES_MS))
    truth = max(r for r in np.arange(0.5, 1, 0.01) * capacity if p99(r) <= limit_s)
    search = searched(driver, tmp_path, TIMES_MS, limit_s)
    standard_error = float(np.std(TIMES_MS) / np.mean(TIMES_MS)) / (CAPACITY_S * capacity) ** 0.5
    assert search.ceiling == pytest.approx(capacity, rel=3 * standard_error), "one short slice has few of the times"
    assert search.highest is not None
    assert search.broken is not None
    assert 0.85 * truth <= search.highest < search.broken <= 1.1 * truth
    assert search.width is not None
    assert search.width <= WIDTH * search.ceiling
    tries = [probe.offered_rate for probe in search.probes]
    assert min(tries.count(search.highest), tries.count(search.broken)) >= LEAST_TRIES
    assert {cause for probe in search.probes for cause in probe.broke} <= {"p99", "achieved"}


def p99(rate: float) -> float:
    return float(np.quantile(response_times(rate, 10, TIMES_MS), 0.99))


def test_a_limit_below_the_service_time_is_held_at_no_rate_and_every_connection_was_used_before_each_probe(
    driver: LocustDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capacity_search, "probe_length", lambda rate: 0.5)
    seen = Seen(driver)
    search = searched(seen, tmp_path, [4.0], 0.003)
    assert search.highest is None
    assert {probe.broke[0] for probe in search.probes} == {"p99"}
    assert search.broken == min(probe.offered_rate for probe in search.probes)
    for before, this in zip(seen.slices, seen.slices[1:], strict=False):
        if this.offered_rate is not None:
            assert (before.offered_rate, before.target, before.level) == (None, this.target, this.level)
