"""CPU per request as an outcome of its own."""

from collections.abc import Mapping

import numpy as np
import pytest

from harness.analysis.ranking.ranking import rank
from harness.model.found.ranking import CpuRanking
from harness.model.measured.trial import Cost, Trial
from tests.analysis.campaigns import campaign, cell, made_up

REFERENCE, TWIN, LEAN, FAT = cell("raw"), cell("raw", twin=1), cell("lean"), cell("fat")
CELLS = (REFERENCE, TWIN, LEAN, FAT)
SPEEDS = {one.id: 1000.0 for one in CELLS}
CPU_US = {REFERENCE.id: 20.0, TWIN.id: 20.0, LEAN.id: 30.0, FAT.id: 33.0}


def with_cost(trials: list[Trial], cpu_us: Mapping[str, float], noise: float = 0.005) -> list[Trial]:
    """Each cell at its CPU per request, give or take; cells that `cpu_us` does not name tell nothing."""
    dice = np.random.default_rng(5)
    return [
        trial.model_copy(
            update={
                "answered": 1000,
                "cost": Cost(server_cpu_s=1e-3 * cpu_us[trial.cell] * float(np.exp(dice.normal(0, noise))))
                if trial.cell in cpu_us
                else None,
            }
        )
        for trial in trials
    ]


def ranked(cpu_us: Mapping[str, float] = CPU_US, blocks: int = 9) -> CpuRanking | None:
    return rank(campaign(CELLS, blocks=blocks), with_cost(made_up(SPEEDS, blocks), cpu_us)).scenarios["json"].cpu


def test_cells_alike_in_speed_are_told_apart_by_what_they_cost() -> None:
    found = ranked()
    assert found is not None
    assert [row.cell for row in found.rows] == [REFERENCE.id, LEAN.id, FAT.id]
    for row in found.rows[1:]:
        assert row.low is not None
        assert row.high is not None
        assert row.ratio_low is not None
        assert row.ratio_high is not None
        assert row.low < row.microseconds < row.high
        assert row.microseconds == pytest.approx(CPU_US[row.cell], rel=0.01)
        assert row.ratio_low < CPU_US[row.cell] / 20 < row.ratio_high
    verdicts = {(pair.first, pair.second): pair.verdict for pair in found.pairs}
    assert verdicts == {
        (REFERENCE.id, LEAN.id): "better",
        (REFERENCE.id, FAT.id): "better",
        (LEAN.id, FAT.id): "better",
    }
    (near,) = [pair for pair in found.pairs if (pair.first, pair.second) == (LEAN.id, FAT.id)]
    assert near.ratio == pytest.approx(1.1, rel=0.02)
    assert found.noise_floor is not None
    assert not found.noise_floor.different


def test_a_twin_that_costs_another_amount_leaves_no_verdict() -> None:
    found = ranked(CPU_US | {TWIN.id: 22.0})
    assert found is not None
    assert found.noise_floor is not None
    assert found.noise_floor.different
    assert {pair.verdict for pair in found.pairs} == {"unresolved"}
    assert {pair.decided_at for pair in found.pairs} == {None}


def test_cells_that_do_not_tell_it_have_no_row_and_where_none_does_there_is_no_such_outcome() -> None:
    some = ranked({one: us for one, us in CPU_US.items() if one != FAT.id})
    assert some is not None
    assert [row.cell for row in some.rows] == [REFERENCE.id, LEAN.id]
    assert ranked({}) is None


def test_of_one_block_there_are_figures_and_no_intervals() -> None:
    found = ranked(blocks=1)
    assert found is not None
    assert [row.low for row in found.rows] == [None] * 3
    assert {row.ratio_low for row in found.rows[1:]} == {None}
    assert {pair.verdict for pair in found.pairs} == {"unresolved"}
