"""A scenario ranked by the 99th percentile of response times: order, intervals, verdicts, and who has no place."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from harness.analysis.inference.unresolved import unresolved
from harness.analysis.ranking.ranking import rank
from harness.model.asked.scenario import Ranked
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from tests.analysis.campaigns import LEVEL, campaign, cell, trial

A, B, C, TWIN = cell("a"), cell("b"), cell("c"), cell("a", twin=1)


def by_p99(blocks: int) -> CampaignRecord:
    record = campaign([A, TWIN, B, C], blocks=blocks)
    (one,) = record.plan.scenarios
    ranked = one.model_copy(update={"rank": Ranked(at=LEVEL, by="p99", rate=400)})
    return record.model_copy(update={"plan": record.plan.model_copy(update={"scenarios": (ranked,)})})


def trials_of(p99_ms: Mapping[str, float], blocks: int, rps: Mapping[str, float]) -> Sequence[Trial]:
    dice = np.random.default_rng(7)
    return [
        trial(name, block, [rps[name]] * 10, p99_s=ms / 1000 * float(np.exp(dice.normal(0, 0.02))))
        for block in range(blocks)
        for name, ms in p99_ms.items()
    ]


TIMES = {A.id: 48.0, TWIN.id: 48.0, B.id: 12.0, C.id: 12.1}
RATES = {A.id: 2000.0, TWIN.id: 2000.0, B.id: 500.0, C.id: 1000.0}


def test_the_shortest_time_is_first_whatever_the_throughput_and_equal_ones_are_not_ordered() -> None:
    found = rank(by_p99(9), trials_of(TIMES, 9, RATES)).scenarios["json"]
    assert (found.by, found.rate, found.estimate) == ("p99", 400, False)
    *quick, slow = found.rows
    assert {row.cell for row in quick} == {B.id, C.id}
    assert slow.cell == A.id
    assert set(quick[0].tie_groups) & set(quick[1].tie_groups)
    assert (slow.rank_low, slow.rank_high) == (3, 3)
    verdicts = {frozenset((pair.first, pair.second)): pair.verdict for pair in found.pairs}
    assert verdicts[frozenset((A.id, B.id))] == "better"
    assert verdicts[frozenset((B.id, C.id))] != "better"


def test_a_row_gives_the_time_with_its_interval_the_ratio_of_times_and_requests_per_second_beside() -> None:
    rows = {row.cell: row for row in rank(by_p99(9), trials_of(TIMES, 9, RATES)).scenarios["json"].rows}
    b = rows[B.id]
    assert b.p99_s == pytest.approx(0.012, rel=0.03)
    assert b.p99_low is not None
    assert b.p99_high is not None
    assert b.p99_low < b.p99_s < b.p99_high  # type: ignore[operator]
    assert b.ratio == pytest.approx(4, rel=0.05), "four times as quick as the reference"
    assert b.rps == pytest.approx(500, rel=0.02)
    assert b.rps_low is None
    assert rows[A.id].ratio == 1


def test_a_cell_without_a_percentile_has_no_place_and_the_reason() -> None:
    trials = [one.model_copy(update={"p99_s": None}) if one.cell == C.id else one for one in trials_of(TIMES, 4, RATES)]
    found = rank(by_p99(4), trials).scenarios["json"]
    assert C.id not in {row.cell for row in found.rows}
    (left,) = found.unranked
    assert left.cell == C.id
    assert "no p99 of its response times at 400 requests/s" in left.reason


def test_the_campaign_goes_on_for_pairs_of_times_and_nothing_of_requests_per_second_is_made_of_them() -> None:
    record, trials = by_p99(3), trials_of(TIMES, 3, RATES)
    (still,) = unresolved(record, trials)
    assert frozenset((B.id, C.id)) in {frozenset((pair.first, pair.second)) for pair in still.pairs}
    ranking = rank(record, trials)
    assert (ranking.overall, ranking.effects, ranking.gaps, ranking.settings) == (None, (), (), ())
