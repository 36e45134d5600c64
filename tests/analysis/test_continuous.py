"""What is made of a cell that was driven on end."""

import numpy as np
import pytest

from harness.analysis.ranking.ranking import rank
from harness.analysis.trials.continuous import continuous_run, in_words
from harness.model.measured.campaign import CellFacts
from harness.model.measured.continuous import ContinuousRun
from harness.model.measured.load import SliceRecord
from harness.model.notice import Notice
from tests.analysis.campaigns import campaign, cell, made_up, slice_record


def run(rates: list[float], beside: list[float], little: float | None = 1.0) -> ContinuousRun:
    """`beside`: rates of the company, one more than there are pieces; empty for none."""
    return continuous_run(0, records("own", rates), records("other", beside), little)


def records(target: str, rates: list[float]) -> list[SliceRecord]:
    return [slice_record(target, number, round(rate), duration_s=1.0) for number, rate in enumerate(rates)]


def noisy(level: float, count: int, seed: int) -> list[float]:
    return (level * np.exp(np.random.default_rng(seed).normal(0, 0.01, count))).tolist()


STEADY, COMPANY = noisy(1000, 20, 1), noisy(2000, 21, 2)


def test_a_steady_cell_passes_and_tells_its_figures() -> None:
    found = run(STEADY, COMPANY)
    assert found.failed_gates == ()
    assert (found.pieces, found.duration_s, found.company) == (20, 20.0, "other")
    assert found.completions == sum(map(round, STEADY))
    assert found.low is not None
    assert found.high is not None
    assert -0.03 < found.low < 0 < found.high < 0.03
    assert "connections busy 100.0% of the time" in in_words(found)


@pytest.mark.parametrize(("factor", "mend"), [(1.08, "harness run --warm-up"), (0.91, "lasting load")])
def test_a_cell_whose_halves_differ_by_over_three_percent_fails(factor: float, mend: str) -> None:
    (gate,) = run([*STEADY[:10], *(factor * rate for rate in STEADY[10:])], COMPANY).failed_gates
    assert gate.code == "halves-differ"
    assert f"{factor:.2f} (" in gate.seen
    assert mend in gate.mend


def test_a_machine_that_changes_between_the_halves_is_no_fault_of_the_cell() -> None:
    own, beside = ([*rates[:10], *(0.6 * rate for rate in rates[10:])] for rates in (STEADY, COMPANY))
    assert run(own, beside).failed_gates == ()


@pytest.mark.parametrize(("little", "fails"), [(0.94, True), (0.96, False), (1.04, False), (1.06, True), (None, False)])
def test_connections_that_were_not_busy_all_the_time_fail_littles_law(little: float | None, fails: bool) -> None:
    gates = run(STEADY, COMPANY, little).failed_gates
    assert [gate.code for gate in gates] == ["little"] * fails


def test_halves_are_not_compared_where_nothing_was_up_beside_it_or_nothing_was_answered() -> None:
    doubling = [*STEADY[:10], *(2 * rate for rate in STEADY[10:])]
    for found in (run(doubling, []), run([0.0, *doubling[1:]], COMPANY), run(doubling[9:11], COMPANY[:3])):
        assert found.change is None
        assert found.failed_gates == ()
        assert "halves not compared" in in_words(found)


REFERENCE, TWIN, OTHER = cell("raw-asgi"), cell("raw-asgi", twin=1), cell("flask")
FAILED = ContinuousRun(
    block=0,
    scenario="json",
    level=slice_record("x", 0).level,
    company=None,
    pieces=1,
    duration_s=5.0,
    completions=1,
    failed_gates=(Notice(code="halves-differ", seen="its second half was twice as fast"),),
)


@pytest.mark.parametrize("repeat_passes", [True, False])
def test_the_last_run_of_a_cell_decides_whether_it_is_ranked(repeat_passes: bool) -> None:
    passed = FAILED.model_copy(update={"failed_gates": ()})
    runs = (FAILED, passed) if repeat_passes else (passed, FAILED)
    record = campaign((REFERENCE, TWIN, OTHER), blocks=2)
    record = record.model_copy(update={"cells": {OTHER.id: CellFacts(continuous=runs)}})
    trials = made_up({REFERENCE.id: 1000.0, TWIN.id: 1000.0, OTHER.id: 500.0}, 2)
    ranking = rank(record, trials).scenarios["json"]
    assert (OTHER.id in [row.cell for row in ranking.rows]) == repeat_passes
    reasons = [one.reason for one in ranking.unranked]
    assert reasons == ([] if repeat_passes else ["halves-differ: its second half was twice as fast"])
