"""What changed between two campaigns: found where it is, not called where it is not, refused where it means nothing."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from harness.analysis.compare.comparison import Measured, compare
from harness.analysis.compare.conditions import common_cells
from harness.model.asked.cell import Cell
from harness.model.errors import ExitCode, UsageError
from harness.model.found.comparison import CellChange, ScenarioComparison
from harness.model.notice import Failure
from harness.stats.welch import confidence_of_each, welch
from tests.analysis.campaigns import campaign, cell, made_up

REFERENCE, TWIN, FAST, SLOW = cell("raw"), cell("raw", twin=1), cell("fast"), cell("slow")
CELLS = (REFERENCE, TWIN, FAST, SLOW)
SPEEDS = {REFERENCE.id: 2000.0, TWIN.id: 2000.0, FAST.id: 1500.0, SLOW.id: 500.0}


def measured(
    name: str,
    *,
    blocks: int = 8,
    seed: int = 1,
    machine: float = 1.0,
    cells: Sequence[Cell] = CELLS,
    record: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
    **faster: float,
) -> Measured:
    """A campaign of known speeds; `faster`: by how much an application is, `machine`: by how much all are."""
    made = campaign(cells, blocks=blocks)
    made = made.model_copy(
        update={"id": name, "plan": made.plan.model_copy(update=plan or {}), **(record or {})},
    )
    speeds = {
        one.id: SPEEDS.get(one.id, 1000.0) * machine * (1.0 if one.twin else faster.get(one.app, 1.0)) for one in cells
    }
    return Measured(made, made_up(speeds, blocks, seed=seed))


def row_of(comparison: ScenarioComparison, of: Cell) -> CellChange:
    return next(row for row in comparison.rows if row.cell == of.id)


def test_a_change_is_found_whatever_the_machine_did_meanwhile() -> None:
    found = compare(measured("then"), measured("now", seed=2, machine=0.6, slow=0.8, fast=1.2))
    (scenario,) = found.scenarios
    slow, fast = row_of(scenario, SLOW), row_of(scenario, FAST)
    assert (slow.verdict, fast.verdict) == ("worse", "better")
    assert slow.relative is not None
    assert slow.relative.low is not None
    assert slow.relative.high is not None
    assert slow.relative.low < 0.8 < slow.relative.high < 1
    assert slow.absolute.ratio == pytest.approx(0.48, rel=0.5)
    assert slow.rps_after / slow.rps_before == pytest.approx(slow.absolute.ratio)
    assert found.regressed
    assert [row.cell for row in scenario.rows] == [REFERENCE.id, FAST.id, SLOW.id]


def test_the_reference_is_the_yardstick_and_has_no_verdict() -> None:
    found = compare(measured("then"), measured("now", seed=2))
    reference = row_of(found.scenarios[0], REFERENCE)
    assert (reference.relative, reference.verdict) == (None, None)
    assert reference.absolute.low is not None


def test_what_did_not_change_is_hardly_ever_called_changed() -> None:
    called = 0
    for seed in range(40):
        found = compare(measured("then", seed=2 * seed), measured("now", seed=2 * seed + 1, machine=1.5))
        called += bool(found.verdicts("better") or found.verdicts("worse"))
    assert called <= 4, "5 % of 40 comparisons are 2; more than 4 have a probability below 5 %"


def test_enough_blocks_call_what_did_not_change_tied() -> None:
    found = compare(measured("then", blocks=60), measured("now", blocks=60, seed=2))
    assert row_of(found.scenarios[0], SLOW).verdict == "tied"
    assert not found.regressed


def test_one_block_tells_a_ratio_and_no_verdict() -> None:
    found = compare(measured("then", blocks=1), measured("now", blocks=1, seed=2, slow=0.5))
    slow = row_of(found.scenarios[0], SLOW)
    assert slow.relative is not None
    assert (slow.relative.low, slow.relative.high, slow.verdict) == (None, None, "unresolved")
    assert slow.relative.ratio == pytest.approx(0.5, rel=0.1)


def test_where_the_twin_changed_against_its_own_reference_nothing_is_claimed() -> None:
    then, now = measured("then"), measured("now", seed=2, slow=0.5)
    slowed = [
        trial.model_copy(update={"rates": tuple(0.7 * rate for rate in trial.rates)})
        if trial.cell == TWIN.id
        else trial
        for trial in now.trials
    ]
    (scenario,) = compare(then, Measured(now.record, slowed)).scenarios
    assert scenario.void
    assert {row.verdict for row in scenario.rows} == {None, "unresolved"}


def test_the_noise_floor_is_what_the_twin_may_have_changed_by() -> None:
    (scenario,) = compare(measured("then"), measured("now", seed=2)).scenarios
    assert scenario.floor is not None
    assert 0 < scenario.floor < 0.2
    alone = [REFERENCE, FAST, SLOW]
    (without,) = compare(measured("then", cells=alone), measured("now", seed=2, cells=alone)).scenarios
    assert without.floor is None


def test_the_same_campaign_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="both are the same campaign"):
        compare(measured("then"), measured("then"))


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("machine.kernel", {"record": {"machine": campaign(CELLS).machine.model_copy(update={"kernel": "7"})}}),
        ("plan.pool_size", {"plan": {"pool_size": 99}}),
        ("plan.load_processes", {"plan": {"load_processes": 2}}),
        ("plan.waiting", {"plan": {"waiting": "spin"}}),
        (
            "plan.shape.burn_in_s",
            {"plan": {"shape": campaign(CELLS).plan.shape.model_copy(update={"burn_in_s": 0.05})}},
        ),
        ("plan.reference", {"plan": {"reference": FAST.id}}),
    ],
)
def test_a_difference_that_makes_it_meaningless_is_refused_by_name(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=field.replace(".", r"\.")) as refused:
        compare(measured("then"), measured("now", seed=2, **change))
    assert refused.value.exit_code == ExitCode.USAGE


def test_a_scenario_that_asks_something_else_is_refused() -> None:
    plan = campaign(CELLS).plan
    asked = plan.scenarios[0].model_copy(
        update={"requests": (plan.scenarios[0].requests[0].model_copy(update={"path": "/x"}),)}
    )
    with pytest.raises(UsageError, match=r"plan\.scenarios\.json\.requests"):
        compare(measured("then"), measured("now", seed=2, plan={"scenarios": (asked,)}))


def test_another_machine_is_told_where_that_was_asked_for() -> None:
    other = campaign(CELLS).machine.model_copy(update={"cpu_model": "another"})
    found = compare(measured("then"), measured("now", seed=2, record={"machine": other}), across_machines=True)
    assert [one.field for one in found.differences if one.machine] == ["machine.cpu_model"]
    assert [notice.code for notice in found.notices] == ["other-machine"]


def test_across_machines_forgives_nothing_but_the_machine() -> None:
    with pytest.raises(UsageError, match=r"plan\.pool_size"):
        compare(measured("then"), measured("now", seed=2, plan={"pool_size": 99}), across_machines=True)


def test_versions_interpreter_and_commit_are_told_and_forbid_nothing() -> None:
    interpreter = campaign(CELLS).interpreter.model_copy(update={"version": "3.13.1"})
    record = {"interpreter": interpreter, "commit": "abc", "locks": {"slow": "11"}}
    found = compare(measured("then", record={"locks": {"slow": "00"}}), measured("now", seed=2, record=record))
    fields = [one.field for one in found.differences]
    assert fields == ["commit", "interpreter.version", "locks.slow"]
    assert "reference-changed" in [notice.code for notice in found.notices]


def test_a_lock_of_another_application_leaves_the_reference_what_it_was() -> None:
    found = compare(
        measured("then", record={"locks": {"slow": "00", "raw": "00"}}),
        measured("now", seed=2, record={"locks": {"slow": "11", "raw": "00"}}),
    )
    assert found.notices == ()


def test_the_same_place_on_another_interpreter_is_the_same_cell() -> None:
    newer = [one.model_copy(update={"interpreter": "cpython3.13"}) for one in CELLS]
    then, now = measured("then").record, measured("now", cells=newer).record
    assert [(a.app, b.interpreter) for a, b in common_cells(then, now)] == [(c.app, "cpython3.13") for c in CELLS]
    both = [*CELLS, *newer]
    assert {(a.id, b.id) for a, b in common_cells(measured("x", cells=both).record, now)} == {
        (one.id, one.id) for one in newer
    }


def test_a_cell_that_failed_since_is_lost_and_a_regression() -> None:
    failed = (Failure(cell=SLOW.id, phase="start", reason="it fell"),)
    found = compare(measured("then"), measured("now", seed=2, record={"failures": failed}))
    (missing,) = found.scenarios[0].missing
    assert (missing.cell, missing.lost) == (SLOW.id, True)
    assert "it fell" in missing.reason
    assert found.regressed


def test_a_campaign_that_was_cut_off_has_lost_no_cell_and_nothing_is_compared() -> None:
    then = measured("then")
    cut = measured("now", seed=2, record={"state": "interrupted"})
    found = compare(then, Measured(cut.record.model_copy(update={"completed_blocks": ()}), ()))
    assert not found.compared
    assert not found.regressed
    assert {one.lost for one in found.scenarios[0].missing} == {False}
    assert compare(then, cut).compared


def test_campaigns_with_only_the_reference_in_common_are_refused_with_what_is_missing() -> None:
    then, now = measured("then"), measured("now", seed=2, cells=CELLS[:2])
    with pytest.raises(UsageError) as refused:
        compare(then, now)
    assert "only the reference in common" in refused.value.what
    assert refused.value.what.endswith("before, none after")
    assert "measure one application more, the same in both: harness run --only" in refused.value.mend


def test_a_difference_of_the_kernel_beside_others_names_the_way_across_machines_too() -> None:
    then, now = measured("then"), measured("now", seed=2)
    machine = now.record.machine.model_copy(update={"kernel": "another"})
    plan = now.record.plan.model_copy(update={"pool_size": 99})
    for changes, both in (({"machine": machine}, False), ({"machine": machine, "plan": plan}, True)):
        with pytest.raises(UsageError) as refused:
            compare(then, Measured(now.record.model_copy(update=changes), now.trials))
        assert refused.value.mend.endswith("harness compare then now --across-machines")
        assert ("with the options of the other" in refused.value.mend) == both


def test_a_cell_of_one_campaign_alone_is_named_and_no_regression() -> None:
    more = [*CELLS, cell("new")]
    found = compare(measured("then"), measured("now", seed=2, cells=more))
    (missing,) = found.scenarios[0].missing
    assert (missing.app, missing.reason, missing.lost) == ("new", "only the later campaign has it", False)
    assert not found.regressed


def test_without_a_common_cell_beside_the_reference_it_is_refused() -> None:
    others = [REFERENCE, TWIN, cell("new")]
    with pytest.raises(UsageError, match="have only the reference in common"):
        compare(measured("then"), measured("now", cells=others))


def test_welch_is_what_the_textbook_has() -> None:
    """Welch's example as scipy computes it: the interval at 1 - p just touches zero."""
    from scipy.stats import ttest_ind

    dice = np.random.default_rng(3)
    one, other = dice.normal(0, 1, 7), dice.normal(1, 4, 12)
    difference, half = welch(one, other, 1 - float(ttest_ind(one, other, equal_var=False).pvalue))
    assert half == pytest.approx(abs(difference))
    assert welch(one[:1], other, 0.95)[1] is None


def test_all_intervals_together_hold_as_promised() -> None:
    assert confidence_of_each(0.95, 1) == pytest.approx(0.95)
    assert confidence_of_each(0.95, 20) ** 20 == pytest.approx(0.95)
    assert confidence_of_each(0.95, 0) == pytest.approx(0.95)


def test_turned_round_every_ratio_is_the_inverse_and_every_verdict_the_opposite() -> None:

    then, now = measured("then"), measured("now", seed=2, slow=0.8, fast=1.2)
    (forth,), (back,) = (compare(a, b).scenarios for a, b in ((then, now), (now, then)))
    opposite = {"better": "worse", "worse": "better"}
    for one, other in zip(forth.rows, back.rows, strict=True):
        assert one.absolute.ratio == pytest.approx(1 / other.absolute.ratio)
        assert one.verdict == opposite.get(other.verdict or "", other.verdict)
