"""The generator against a responder that does nothing; and very many connections."""

import resource
from pathlib import Path

import psutil
import pytest

from harness.load.ceiling import NULL, measured_ceiling, null_targets
from harness.load.driver import LocustDriver
from harness.model.asked.request import Level
from harness.model.measured.load import Slice


def test_the_ceiling_is_a_rate_without_errors_and_leaves_nothing_behind(driver: LocustDriver, tmp_path: Path) -> None:
    record = measured_ceiling(driver, tmp_path, length_s=0.3)
    assert record.errors == {}
    assert record.rate > 1000
    assert record.generator_cpu_s > 0
    left = [p for p in psutil.Process().children(recursive=True) if "harness.load.null_responder" in p.cmdline()]
    assert left == []


@pytest.mark.alone
@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 16_200, reason="needs 16,200 open files")
def test_two_thousand_connections_to_each_of_eight_live_targets(driver: LocustDriver, tmp_path: Path) -> None:
    with null_targets(tmp_path, count=8) as targets:
        driver.prepare(targets, [NULL])
        slices = [
            Slice(
                rotation=number,
                target=target.cell,
                scenario="null",
                level=Level(connections=2000),
                burn_in_s=0.05,
                length_s=0.2,
            )
            for number in range(2)
            for target in targets
        ]
        records = driver.drive(slices)
        process = psutil.Process(driver.pid)
        assert process.num_fds() > 16_000
        assert process.memory_info().rss < 400e6
        idle_before = process.cpu_times()
        assert psutil.Process().cpu_percent(0.5) >= 0
        idle_s = sum(process.cpu_times()[:2]) - sum(idle_before[:2])
    assert idle_s < 0.1
    assert all(record.errors == {} and record.completions > 0 and not record.marks for record in records)
    assert sum(record.reconnects for record in records) == 0
