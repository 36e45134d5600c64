"""How much of a block's spread is the restart's, and how many rotations a restart is worth: in campaigns made up so."""

from collections.abc import Sequence
from typing import Any

import pytest

from harness.analysis.ranking.ranking import rank
from harness.model.measured.trial import Bound
from tests.analysis.campaigns import campaign, cell, made_up

CELLS = (cell("raw-asgi"), cell("raw-asgi", twin=1), *(cell(f"app-{number}") for number in range(6)))
SPEEDS = {one.id: 10_000.0 for one in CELLS}
BLOCKS = 24
BOUND = Bound(
    limit="server-bound",
    reason="",
    generator_share=0.5,
    ceiling_rps=None,
    null_rps=None,
    server_share=1.0,
    little=1.0,
)
COSTS = {"start": 24.0, "verify": 12.0, "warm-up": 60.0, "stop": 24.0, "slices": 600.0}


def spreads(blocks: int = BLOCKS, phases_s: dict[str, float] | None = None, **how: Any) -> Any:
    record = campaign(CELLS, blocks=blocks).model_copy(update={"phases_s": COSTS if phases_s is None else phases_s})
    return rank(record, made_up(SPEEDS, blocks, **how)).scenarios["json"]


@pytest.mark.parametrize("restart", [0.01, 0.03])
def test_the_part_of_the_restart_is_found(restart: float) -> None:
    found = spreads(restart=restart, noise=0.03)
    assert found.restart_sd == pytest.approx(restart, rel=0.25)
    assert found.block_sd > found.restart_sd
    assert found.rotations == 40


def test_the_less_a_restart_changes_the_more_rotations_it_is_worth() -> None:
    steady, uneven = spreads(restart=0.01), spreads(restart=0.03)
    assert 1 <= uneven.best_rotations < steady.best_rotations


def test_the_dearer_a_restart_the_more_rotations_it_is_worth() -> None:
    """The costs of a block but for its slices count: sixteen times those make four times as many."""
    dear = {phase: 16 * spent for phase, spent in COSTS.items()}
    assert spreads(phases_s=dear).best_rotations == pytest.approx(4 * spreads().best_rotations, abs=2)


def test_with_few_blocks_or_short_ones_it_is_not_said() -> None:
    assert spreads(3).restart_sd is None
    assert spreads(rotations=3).restart_sd is None
    assert spreads(3).best_rotations is None
    assert spreads(4).restart_sd is not None


def notices_of_a_machine(costs_us: Sequence[float], waiting: str = "spin") -> list[str]:
    """`machine-moved`, of a machine on which an answer costs the load generator `costs_us` in each block."""
    record = campaign(CELLS, blocks=len(costs_us))
    record = record.model_copy(update={"plan": record.plan.model_copy(update={"waiting": waiting})})
    trials = [
        trial.model_copy(update={"bound": BOUND.model_copy(update={"ceiling_rps": 1e6 / costs_us[trial.block]})})
        for trial in made_up(SPEEDS, len(costs_us))
    ]
    found = rank(record, trials).scenarios["json"].notices
    return [notice.seen for notice in found if notice.code == "machine-moved"]


def test_a_machine_on_which_the_load_generator_spent_more_time_per_answer_in_one_block_has_changed_its_speed() -> None:
    (seen,) = notices_of_a_machine([20.0, 23.0, 20.2])
    assert "20 µs in one block, 23 µs in another" in seen
    assert notices_of_a_machine([20.0, 21.2, 20.2]) == []


def test_the_time_per_answer_of_a_generator_that_sleeps_shows_nothing_of_the_machine() -> None:
    assert notices_of_a_machine([20.0, 23.0, 20.2], waiting="block") == []


def test_without_the_phases_of_its_time_no_best_number_is_given() -> None:
    found = spreads(phases_s={})
    assert found.restart_sd is not None
    assert found.best_rotations is None
