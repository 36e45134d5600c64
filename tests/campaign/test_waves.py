"""Servers that answer all connections at the same moment, driven by the real load process."""

import random
from pathlib import Path
from statistics import median

import pytest

from harness.campaign.block.run_block import rotate, warm_up
from harness.load.driver import LocustDriver
from harness.model.measured.campaign import SliceShape
from tests.campaign.queues import LEVEL, SCENARIO, bench_of, block_of, cell, queue

REFERENCE = cell("a")


@pytest.mark.parametrize("wave_s", [0.07, 0.3, 0.8])
def test_a_server_that_answers_in_waves_is_measured_at_its_own_rate(
    driver: LocustDriver, tmp_path: Path, wave_s: float
) -> None:
    """Even one that is so slow that nothing at all is answered in the stretch of the warm-up that is looked at."""
    with queue(tmp_path / "log", [1000 * wave_s], "--in-waves") as live:
        bench = bench_of(driver, tmp_path, [REFERENCE], shape=SliceShape(rotations_s=3.0))
        block = block_of(bench, {REFERENCE: live})
        paces = warm_up(bench, block, SCENARIO)
        for _ in rotate(
            bench,
            block,
            [REFERENCE],
            SCENARIO,
            paces=paces,
            dice=random.Random(1),
            length_s=bench.plan.shape.rotations_s,
        ):
            pass
    rates = [record.rate for record in block.slices if record.counted]
    assert len(rates) >= 3
    # A wave that a busy machine holds up is late in truth, and belongs to the slice after.
    assert median(rates) == pytest.approx(LEVEL.connections / wave_s, rel=0.08)


def test_a_cell_that_was_slow_only_while_it_warmed_up_gets_short_slices_again(
    driver: LocustDriver, tmp_path: Path
) -> None:
    with queue(tmp_path / "log", [0.5]) as live:
        bench = bench_of(driver, tmp_path, [REFERENCE], shape=SliceShape(rotations_s=0.5))
        block = block_of(bench, {REFERENCE: live})
        for _ in rotate(
            bench,
            block,
            [REFERENCE],
            SCENARIO,
            paces={(REFERENCE.id, SCENARIO.manifest.rank.at): 40.0},
            dice=random.Random(1),
            length_s=0.5,
        ):
            pass
    first, *rest = (record.duration_s for record in block.slices)
    assert first == pytest.approx(0.4, abs=0.1)
    assert rest == pytest.approx([0.07] * len(rest), abs=0.05)
