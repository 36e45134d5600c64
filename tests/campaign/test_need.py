from collections.abc import Sequence

from harness.campaign.plan.next_round import blocks_had, is_first_round, next_round
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Failure
from tests.analysis.campaigns import application, campaign, cell, made_up, trial

REFERENCE, TWIN = cell("raw"), cell("raw", twin=1)
FAST, SLOW = cell("fast"), cell("slow")
CELLS = (REFERENCE, FAST, SLOW, TWIN)
SPEEDS = {REFERENCE.id: 1000.0, TWIN.id: 1000.0, FAST.id: 500.0, SLOW.id: 100.0}


def a_campaign(cells: Sequence[Cell] = CELLS, *, blocks: int = 0, max_blocks: int = 100) -> CampaignRecord:
    record = campaign(cells, ("json", "db"), blocks=blocks)
    return record.model_copy(update={"plan": record.plan.model_copy(update={"max_blocks": max_blocks})})


def measured(cells: Sequence[Cell], blocks: Sequence[int]) -> list[Trial]:
    """Each cell is fast in one block and slow in the next, so that nothing is ever decided."""
    return [
        trial(one.id, block, [100.0 + 50.0 * ((place + block) % 2)] * 3, name)
        for place, one in enumerate(cells)
        for block in blocks
        for name in ("json", "db")
    ]


def test_at_first_every_cell_is_needed_in_every_scenario_its_application_answers() -> None:
    record = a_campaign()
    only_json = application("slow", scenarios=("json",))
    record = record.model_copy(update={"applications": record.applications | {"slow": only_json}})
    every = {one.id for one in CELLS}
    assert next_round(record, []) == {"json": every, "db": every - {SLOW.id}}
    assert is_first_round(record, [])


def test_cells_without_a_complete_block_come_first_and_the_reference_and_its_twin_go_with_them() -> None:
    record = a_campaign(blocks=1)
    trials = measured((REFERENCE, TWIN, FAST), [0])
    expected = {REFERENCE.id, TWIN.id, SLOW.id}
    assert next_round(record, trials) == {"json": expected, "db": expected}
    assert is_first_round(record, trials)


def test_a_block_that_was_cut_off_counts_for_nobody() -> None:
    record, trials = a_campaign(blocks=1), [*measured((REFERENCE, TWIN, FAST, SLOW), [0]), *measured((SLOW,), [1])]
    assert blocks_had(record, trials) == {one.id: 1 for one in CELLS}
    assert blocks_had(record.model_copy(update={"completed_blocks": ()}), trials) == {}


def test_a_cell_that_failed_is_not_needed_any_more() -> None:
    failed = Failure(cell=SLOW.id, phase="start", reason="it does not start")
    record = a_campaign(blocks=1).model_copy(update={"failures": (failed,)})
    trials = measured((REFERENCE, TWIN, FAST), [0])
    assert not is_first_round(record, trials)
    assert all(SLOW.id not in cells for cells in next_round(record, trials).values())
    everything_failed = tuple(failed.model_copy(update={"cell": one.id}) for one in CELLS)
    assert next_round(record.model_copy(update={"failures": everything_failed}), trials) == {}


def test_after_the_first_round_only_what_is_unresolved_is_needed() -> None:
    near = cell("near")
    record, speeds = campaign((*CELLS, near), blocks=6), SPEEDS | {near.id: 103.0}
    assert next_round(record, made_up(speeds, 6, restart=0.012)) == {"json": {REFERENCE.id, TWIN.id, SLOW.id, near.id}}
    assert next_round(campaign(CELLS, blocks=6), made_up(SPEEDS, 6)) == {}


def test_a_decided_cell_goes_on_beside_an_undecided_pair_until_its_ratio_is_known_to_a_hundredth() -> None:
    near = cell("near")
    record, speeds = campaign((*CELLS, near), blocks=6), SPEEDS | {near.id: 103.0}
    assert FAST.id in next_round(record, made_up(speeds, 6, restart=0.03))["json"]
    assert next_round(campaign(CELLS, blocks=6), made_up(SPEEDS, 6, restart=0.03)) == {}, "there all is decided"


def test_nothing_is_needed_once_every_cell_had_as_many_blocks_as_the_plan_allows() -> None:
    trials = measured(CELLS, [0, 1])
    assert next_round(a_campaign(blocks=2, max_blocks=3), trials)
    assert next_round(a_campaign(blocks=2, max_blocks=2), trials) == {}


def test_cells_have_the_fewest_blocks_of_the_plan_whatever_is_decided_before() -> None:
    record, trials = campaign(CELLS, blocks=3), made_up(SPEEDS, 3)
    five = record.model_copy(update={"plan": record.plan.model_copy(update={"min_blocks": 5, "max_blocks": 5})})
    assert next_round(five, trials) == {"json": {one.id for one in CELLS}}
    assert next_round(five.model_copy(update={"completed_blocks": tuple(range(5))}), made_up(SPEEDS, 5)) == {}


def test_the_reference_has_more_blocks_than_the_plan_allows_where_others_still_need_it() -> None:
    record = a_campaign(blocks=3, max_blocks=2)
    trials = [*measured((REFERENCE, TWIN), [0, 1, 2]), *measured((FAST,), [0, 2]), *measured((SLOW,), [1])]
    assert next_round(record, trials)["json"] == {REFERENCE.id, TWIN.id, SLOW.id}


def test_a_cell_without_another_goes_on_until_its_own_interval_is_as_narrow_as_the_difference_that_matters() -> None:
    alone, speeds = (REFERENCE, TWIN), {REFERENCE.id: 1000.0, TWIN.id: 1000.0}
    assert next_round(campaign(alone, blocks=1), made_up(speeds, 1))["json"] == {REFERENCE.id, TWIN.id}
    wide = made_up(speeds, 3, restart=0.1)
    assert next_round(campaign(alone, blocks=3), wide)["json"] == {REFERENCE.id, TWIN.id}
    narrow = [trial(one.id, block, [1000.0 + block] * 5) for one in alone for block in range(3)]
    assert next_round(campaign(alone, blocks=3), narrow) == {}
