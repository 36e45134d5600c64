"""The ranking over all scenarios."""

from itertools import combinations

import pytest
from scipy.stats import gmean

from harness.analysis.ranking.ranking import rank
from harness.model.found.ranking import OverallRanking
from harness.model.measured.trial import Trial
from tests.analysis.campaigns import application, campaign, cell, made_up

CELLS = (cell("raw-asgi"), cell("raw-asgi", twin=1), cell("starlette"), cell("fastapi"), cell("flask"))
REFERENCE, TWIN, STARLETTE, FASTAPI, FLASK = (c.id for c in CELLS)
SCENARIOS = ("json", "db", "plaintext")
SPEEDS = {
    "json": {REFERENCE: 10_000.0, TWIN: 10_000.0, STARLETTE: 9_000.0, FASTAPI: 5_000.0, FLASK: 3_000.0},
    "db": {REFERENCE: 3_000.0, TWIN: 3_000.0, STARLETTE: 2_900.0, FASTAPI: 2_300.0, FLASK: 1_500.0},
    "plaintext": {REFERENCE: 12_000.0, TWIN: 12_000.0, STARLETTE: 10_000.0, FASTAPI: 6_000.0, FLASK: 3_300.0},
}


def trials(blocks: int) -> list[Trial]:
    return [
        trial.model_copy(update={"scenario": name})
        for seed, name in enumerate(SCENARIOS)
        for trial in made_up(SPEEDS[name], blocks, seed=seed)
    ]


def overall(blocks: int, measured: list[Trial]) -> OverallRanking:
    found = rank(campaign(CELLS, SCENARIOS, blocks), measured).overall
    assert found is not None
    return found


def test_scores_are_geometric_means_of_ratios_and_order_the_cells() -> None:
    found = overall(9, trials(9))
    assert found.scenarios == SCENARIOS
    assert not found.estimate
    assert [row.cell for row in found.rows] == [REFERENCE, STARLETTE, FASTAPI, FLASK]
    for row in found.rows[1:]:
        truth = gmean([SPEEDS[name][row.cell] / SPEEDS[name][REFERENCE] for name in SCENARIOS])
        assert row.score == pytest.approx(truth, rel=0.03)
        assert row.score_low is not None
        assert row.score_high is not None
        assert row.score_low < truth < row.score_high
    assert [(row.rank_low, row.rank_high, row.tie_groups) for row in found.rows][-2:] == [
        (3, 3, ("c",)),
        (4, 4, ("d",)),
    ]


def test_every_two_cells_are_set_against_each_other_with_an_interval() -> None:
    found = overall(9, trials(9))
    scores = {row.cell: row.score for row in found.rows}
    assert {frozenset((pair.first, pair.second)) for pair in found.pairs} == {
        frozenset(two) for two in combinations(scores, 2)
    }
    for pair in found.pairs:
        assert pair.ratio == pytest.approx(scores[pair.first] / scores[pair.second])
        assert pair.ratio >= 1
        assert pair.verdict == "better"
        truth = gmean([SPEEDS[name][pair.first] / SPEEDS[name][pair.second] for name in SCENARIOS])
        assert pair.low is not None
        assert pair.high is not None
        assert pair.low < truth < pair.high
    assert {pair.verdict for pair in overall(1, trials(1)).pairs} == {"unresolved"}


def test_one_block_gives_scores_without_intervals() -> None:
    found = overall(1, trials(1))
    assert found.estimate
    assert all(row.rank_low == 1 and row.rank_high == 4 for row in found.rows)
    assert all(row.score_low is None for row in found.rows if row.cell != REFERENCE)


def test_a_cell_that_lacks_a_scenario_is_unranked_and_says_which() -> None:
    measured = [trial for trial in trials(6) if (trial.scenario, trial.cell) != ("db", FLASK)]
    found = overall(6, measured)
    assert FLASK not in {row.cell for row in found.rows}
    assert [(left.cell, left.reason) for left in found.unranked] == [(FLASK, "no place in db")]


def test_one_scenario_has_no_overall_ranking() -> None:
    measured = [trial for trial in trials(3) if trial.scenario == "json"]
    assert rank(campaign(CELLS, ("json",), 3), measured).overall is None


def test_a_scenario_that_ran_in_fewer_blocks_still_counts() -> None:
    measured = [trial for trial in trials(9) if trial.scenario != "json" or trial.block < 6]
    assert [row.cell for row in overall(9, measured).rows] == [REFERENCE, STARLETTE, FASTAPI, FLASK]


def test_a_void_scenario_makes_the_whole_an_estimate() -> None:
    measured = [
        trial.model_copy(update={"rates": tuple(rate * 0.8 for rate in trial.rates)}) if trial.cell == TWIN else trial
        for trial in trials(6)
    ]
    found = overall(6, measured)
    assert found.estimate
    assert all(row.rank_low == 1 and row.rank_high == 4 for row in found.rows)


def test_tiers_are_placed_apart() -> None:
    record = campaign(CELLS, SCENARIOS, 9)
    idiomatic = {name: application(name, "idiomatic", SCENARIOS) for name in ("starlette", "flask")}
    ranked = rank(record.model_copy(update={"applications": record.applications | idiomatic}), trials(9)).overall
    assert ranked is not None
    told = {row.cell: (row.tier, row.league, row.rank_low, row.rank_high, row.tie_groups) for row in ranked.rows}
    assert told == {
        REFERENCE: ("controlled", "controlled", 1, 1, ("a",)),
        FASTAPI: ("controlled", "controlled", 2, 2, ("b",)),
        STARLETTE: ("idiomatic", "idiomatic", 1, 1, ("a",)),
        FLASK: ("idiomatic", "idiomatic", 2, 2, ("b",)),
    }


def test_a_scenario_that_a_server_cannot_do_is_left_out_so_that_all_have_a_score() -> None:
    record = campaign(CELLS, SCENARIOS, 9)
    sockets = record.plan.scenarios[0].model_copy(update={"kind": "websocket"})
    plan = record.plan.model_copy(update={"scenarios": (sockets, *record.plan.scenarios[1:])})
    cannot = {cell(app).server: {"websocket": "there are no WebSockets in WSGI"} for app in ("flask",)}
    measured = [one for one in trials(9) if (one.cell, one.scenario) != (FLASK, SCENARIOS[0])]
    ranked = rank(record.model_copy(update={"plan": plan, "cannot": cannot}), measured).overall
    assert ranked is not None
    assert ranked.scenarios == SCENARIOS[1:]
    assert FLASK in {row.cell for row in ranked.rows}
