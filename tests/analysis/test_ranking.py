"""What the ranking says of campaigns whose truth is known."""

from itertools import pairwise

import pytest

from harness.analysis.inference.unresolved import STILL_OPEN
from harness.analysis.ranking.ranking import rank
from harness.model.found.ranking import ScenarioRanking
from harness.model.measured.campaign import CellFacts
from harness.model.measured.trial import Cost
from harness.model.notice import Failure, Notice
from tests.analysis.campaigns import application, campaign, cell, made_up, trial

CELLS = (cell("raw-asgi"), cell("raw-asgi", twin=1), cell("starlette"), cell("fastapi"), cell("flask"))
REFERENCE, TWIN, STARLETTE, FASTAPI, FLASK = (c.id for c in CELLS)
SPEEDS = {REFERENCE: 10_000.0, TWIN: 10_000.0, STARLETTE: 9_000.0, FASTAPI: 8_950.0, FLASK: 3_000.0}


def told(ranking: ScenarioRanking) -> list[Notice]:
    """But for how many blocks it would take."""
    return [notice for notice in ranking.notices if notice.code != STILL_OPEN]


def test_one_block_gives_an_estimate_without_intervals() -> None:
    ranking = rank(campaign(CELLS, blocks=1), made_up(SPEEDS, 1)).scenarios["json"]
    assert ranking.estimate
    assert [row.cell for row in ranking.rows][-1] == FLASK
    assert all(row.rps_low is None and row.rank_low == 1 and row.rank_high == 4 for row in ranking.rows)
    assert all(pair.verdict == "unresolved" for pair in ranking.pairs)


def test_cells_far_apart_are_ordered_and_cells_close_together_are_not() -> None:
    ranking = rank(campaign(CELLS, blocks=6), made_up(SPEEDS, 6)).scenarios["json"]
    places = {row.cell: (row.rank_low, row.rank_high) for row in ranking.rows}
    assert not ranking.estimate
    assert places[FLASK] == (4, 4)
    assert places[REFERENCE] == (1, 1)
    assert places[STARLETTE] == places[FASTAPI] == (2, 3)
    groups = {row.cell: row.tie_groups for row in ranking.rows}
    assert groups[STARLETTE] == groups[FASTAPI] == ("b",)


def test_the_figures_are_the_true_ones() -> None:
    ranking = rank(campaign(CELLS, blocks=9), made_up(SPEEDS, 9)).scenarios["json"]
    flask = next(row for row in ranking.rows if row.cell == FLASK)
    assert flask.ratio == pytest.approx(0.3, rel=0.03)
    assert flask.ratio_low is not None
    assert flask.ratio_high is not None
    assert flask.ratio_low < 0.3 < flask.ratio_high
    assert ranking.noise_floor is not None
    assert ranking.noise_floor.ratio == pytest.approx(1, abs=0.03)


def test_a_twin_is_no_competitor() -> None:
    ranking = rank(campaign(CELLS, blocks=6), made_up(SPEEDS, 6)).scenarios["json"]
    assert TWIN not in {row.cell for row in ranking.rows} | {cell.cell for cell in ranking.unranked}
    assert not any(TWIN in (pair.first, pair.second) for pair in ranking.pairs)


def test_a_reference_called_different_from_itself_voids_the_scenario() -> None:
    ranking = rank(campaign(CELLS, blocks=6), made_up(SPEEDS | {TWIN: 8_000.0}, 6)).scenarios["json"]
    assert ranking.estimate
    assert ranking.noise_floor is not None
    assert ranking.noise_floor.different
    assert "noise-floor" in {notice.code for notice in ranking.notices}
    assert all(row.rank_low == 1 and row.rank_high == len(ranking.rows) for row in ranking.rows)


def test_blocks_that_were_not_completed_are_left_out() -> None:
    record = campaign(CELLS, blocks=2)
    whole = made_up(SPEEDS, 2)
    assert rank(record, [*whole, trial(FLASK, 2, [99_000.0])]) == rank(record, whole)


def test_a_campaign_cut_off_in_its_first_block_is_an_estimate_from_what_there_is() -> None:
    cut_off = [trial(cell, 0, [speed] * 4) for cell, speed in SPEEDS.items()]
    ranking = rank(campaign(CELLS, blocks=0), cut_off).scenarios["json"]
    assert ranking.estimate
    assert [row.cell for row in ranking.rows] == [REFERENCE, STARLETTE, FASTAPI, FLASK]
    assert all(row.rps_low is None for row in ranking.rows)


def test_a_cell_that_burns_cpu_while_idle_has_no_place_and_says_why() -> None:
    record = campaign(CELLS, blocks=1)
    burning = record.model_copy(update={"cells": {FLASK: CellFacts(idle_cpu_share=0.31)}})
    ranking = rank(burning, made_up(SPEEDS, 1)).scenarios["json"]
    assert [cell.cell for cell in ranking.unranked] == [FLASK]
    assert "31.0% of a core while idle" in ranking.unranked[0].reason
    assert "measured alone" in ranking.unranked[0].reason


def test_costs_are_the_medians_over_the_blocks_and_absent_where_nothing_was_told() -> None:
    spent = [(0.010, 2e6), (0.030, 4e6), (0.020, 9e6)]
    trials = [
        t.model_copy(
            update={
                "answered": 1000,
                "cost": Cost(
                    server_cpu_s=spent[t.block][0],
                    load_pss_bytes=int(spent[t.block][1]),
                    voluntary_switches=None if t.block == 1 else 3000.0,
                    rest_switches_s=float(t.block),
                ),
            }
        )
        for t in made_up(SPEEDS, 3)
    ]
    cost = rank(campaign(CELLS, blocks=3), trials).scenarios["json"].rows[0].cost
    assert cost.server_cpu_us == pytest.approx(20)
    assert cost.load_pss_bytes == 4e6
    assert cost.startup_s is None
    assert cost.service_cpu_us is None
    assert cost.voluntary_switches == 3.0, "of the requests with known switches"
    assert (cost.involuntary_switches, cost.rest_switches_s) == (None, 1.0)


def test_other_levels_do_not_rank() -> None:
    record = campaign(CELLS, blocks=2)
    other = record.plan.scenarios[0].levels[1]
    assert rank(record, [*made_up(SPEEDS, 2), trial(FLASK, 0, [99_000.0], level=other)]) == rank(
        record, made_up(SPEEDS, 2)
    )


def test_a_failed_cell_is_named_with_its_reason() -> None:
    failure = Failure(cell=FLASK, phase="verify", reason="/json answers 500")
    record = campaign(CELLS, blocks=2).model_copy(update={"failures": (failure,)})
    ranking = rank(record, made_up(SPEEDS, 2)).scenarios["json"]
    assert [(left.cell, left.reason) for left in ranking.unranked] == [(FLASK, "verify: /json answers 500")]
    assert FLASK not in {row.cell for row in ranking.rows}


def test_a_failure_in_one_scenario_leaves_the_others_alone() -> None:
    failure = Failure(cell=FLASK, phase="verify", reason="/db answers 500", scenario="db")
    record = campaign(CELLS, blocks=2).model_copy(update={"failures": (failure,)})
    assert rank(record, made_up(SPEEDS, 2)).scenarios["json"].unranked == ()


GATE = Notice(code="errors", seen="9 of 10 requests failed")


def test_a_cell_that_fails_its_gates_in_most_blocks_is_unranked_by_that_cause() -> None:
    trials = [
        t.model_copy(update={"failed_gates": (GATE,)}) if t.cell == FLASK and t.block < 2 else t
        for t in made_up(SPEEDS, 3)
    ]
    ranking = rank(campaign(CELLS, blocks=3), trials).scenarios["json"]
    assert [left.reason for left in ranking.unranked] == ["errors: 9 of 10 requests failed (2 of 3 blocks)"]


def test_a_single_trial_that_failed_a_gate_is_left_out_and_disclosed() -> None:
    trials = [
        t.model_copy(update={"failed_gates": (GATE,)}) if t.cell == FLASK and t.block == 1 else t
        for t in made_up(SPEEDS, 4)
    ]
    ranking = rank(campaign(CELLS, blocks=4), trials).scenarios["json"]
    flask = next(row for row in ranking.rows if row.cell == FLASK)
    assert flask.block_numbers == (0, 2, 3)
    assert [notice.code for notice in told(ranking)] == ["trial-excluded"]


def test_a_repeat_takes_the_place_of_what_it_repeats_and_is_disclosed() -> None:
    trials = made_up(SPEEDS, 4)
    failed = [t.model_copy(update={"failed_gates": (GATE,)}) for t in trials if t.block == 1 and t.cell == FLASK]
    record = campaign(CELLS, blocks=4)
    once, again = (rank(record, given).scenarios["json"] for given in (trials, [*failed, *trials]))
    assert again.rows == once.rows
    assert [notice.code for notice in told(again)] == ["trial-repeated"]


def test_a_cell_that_was_never_measured_says_so() -> None:
    trials = [t for t in made_up(SPEEDS, 2) if t.cell != FASTAPI]
    ranking = rank(campaign(CELLS, blocks=2), trials).scenarios["json"]
    assert [left.reason for left in ranking.unranked] == ["not measured in any completed block"]


def test_nothing_measured_gives_a_ranking_without_rows() -> None:
    ranking = rank(campaign(CELLS, blocks=0), []).scenarios["json"]
    assert ranking.estimate
    assert ranking.rows == ()
    assert len(ranking.unranked) == 4


def test_idiomatic_cells_are_ranked_by_themselves() -> None:
    record = campaign(CELLS, blocks=6)
    record = record.model_copy(
        update={"applications": record.applications | {"flask": application("flask", tier="idiomatic")}}
    )
    ranking = rank(record, made_up(SPEEDS, 6)).scenarios["json"]
    flask = next(row for row in ranking.rows if row.cell == FLASK)
    assert (flask.league, flask.rank_low, flask.rank_high) == ("idiomatic", 1, 1)


def test_groups_that_share_only_the_reference_are_compared_through_it() -> None:
    speeds = {REFERENCE: 10_000.0, STARLETTE: 9_000.0}
    second = {REFERENCE: 10_000.0, FLASK: 3_000.0}
    trials = []
    for one, other in zip(made_up(speeds, 6, seed=1), made_up(second, 6, seed=2), strict=True):
        later = tuple(rotation + 40 for rotation in other.rotations)
        if one.cell == REFERENCE:
            both = {"rates": one.rates + other.rates, "rotations": one.rotations + later}
            trials.append(one.model_copy(update=both | {"duration_s": one.duration_s * 2}))
        else:
            trials += [one, other.model_copy(update={"rotations": later})]
    ranking = rank(campaign(CELLS, blocks=6), trials).scenarios["json"]
    assert [row.cell for row in ranking.rows] == [REFERENCE, STARLETTE, FLASK]
    assert ranking.rows[2].ratio == pytest.approx(0.3, rel=0.05)


def test_rows_are_in_the_order_of_their_rates() -> None:
    ranking = rank(campaign(CELLS, blocks=3), made_up(SPEEDS, 3)).scenarios["json"]
    assert all(one.rps >= other.rps for one, other in pairwise(ranking.rows))


def test_a_cell_that_stands_still_now_and_then_is_named() -> None:
    trials = []
    for t in made_up(SPEEDS, 6):
        rates = [0.0 if t.cell == FASTAPI and number % 5 == 0 else rate for number, rate in enumerate(t.rates)]
        trials.append(t.model_copy(update={"rates": tuple(rates), "completions": int(sum(rates) * 0.07)}))
    ranking = rank(campaign(CELLS, blocks=6), trials).scenarios["json"]
    (notice,) = told(ranking)
    assert notice.code == "stalls"
    assert FASTAPI in notice.seen


def test_a_machine_that_flips_for_everybody_is_nobodys_stall() -> None:
    assert rank(campaign(CELLS, blocks=13), made_up(SPEEDS, 13)).scenarios["json"].notices == ()
