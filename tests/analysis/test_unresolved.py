"""What the campaign is told before it goes on."""

import pytest

from harness.analysis.inference.unresolved import STILL_OPEN, Unresolved, unresolved
from harness.analysis.ranking.ranking import rank
from harness.model.measured.trial import Trial
from tests.analysis.campaigns import application, campaign, cell, made_up

CELLS = (cell("raw-asgi"), cell("raw-asgi", twin=1), cell("starlette"), cell("fastapi"), cell("flask"))
REFERENCE, TWIN, STARLETTE, FASTAPI, FLASK = (c.id for c in CELLS)
SPEEDS = {REFERENCE: 10_000.0, TWIN: 10_000.0, STARLETTE: 9_000.0, FASTAPI: 8_800.0, FLASK: 3_000.0}


def asked(blocks: int, trials: list[Trial], delta: float | None = None) -> Unresolved:
    (answer,) = unresolved(campaign(CELLS, blocks=blocks), trials, delta)
    return answer


def test_after_one_block_it_is_not_known_how_many_more_it_takes() -> None:
    answer = asked(1, made_up(SPEEDS, 1))
    assert len(answer.pairs) == 6
    assert answer.blocks_more is None


def test_at_a_usual_look_only_the_close_pair_stays_open() -> None:
    answer = asked(6, made_up(SPEEDS, 6))
    assert [{pair.first, pair.second} for pair in answer.pairs] == [{STARLETTE, FASTAPI}]
    assert answer.cells == {STARLETTE, FASTAPI, REFERENCE, TWIN}
    assert answer.blocks_more is not None
    assert answer.blocks_more > 0


def test_between_looks_nothing_new_is_decided() -> None:
    trials = made_up(SPEEDS, 8)
    at_look = asked(6, trials)
    assert {frozenset((p.first, p.second)) for p in asked(8, trials).pairs} == {
        frozenset((p.first, p.second)) for p in at_look.pairs
    }


@pytest.mark.parametrize("blocks", [4, 5, 8])
def test_what_would_be_decided_if_it_ended_now_is_what_the_ranking_of_now_calls_decided(blocks: int) -> None:
    trials = made_up(SPEEDS, blocks)
    answer, ranking = asked(blocks, trials), rank(campaign(CELLS, blocks=blocks), trials).scenarios["json"]
    undecided = {frozenset((p.first, p.second)) for p in ranking.pairs if p.verdict == "unresolved"}
    assert {frozenset((p.first, p.second)) for p in answer.undecided} == undecided
    assert answer.comparisons == len(ranking.pairs) == 6
    assert len(answer.undecided) < answer.comparisons
    assert len(answer.undecided) <= len(answer.pairs)


def test_two_blocks_decide_what_is_far_apart_and_the_next_looks_are_forecast() -> None:
    answer = asked(2, made_up(SPEEDS, 2))
    ahead = {frozenset((pair.first, pair.second)): pair.blocks_more for pair in answer.pairs}
    assert {frozenset((cell, FLASK)) for cell in (REFERENCE, STARLETTE, FASTAPI)}.isdisjoint(ahead)
    assert ahead[frozenset((REFERENCE, FASTAPI))] == 1
    assert answer.comparisons == 6


def test_a_coarser_difference_that_matters_resolves_more() -> None:
    assert asked(6, made_up(SPEEDS, 6), delta=0.08).resolved


def test_the_forecast_is_about_right() -> None:
    forecast = asked(6, made_up(SPEEDS, 6)).blocks_more
    assert forecast is not None
    later = made_up(SPEEDS, 2 * (6 + forecast))
    assert asked(2 * (6 + forecast), later).resolved


def test_leagues_are_not_compared() -> None:
    record = campaign(CELLS, blocks=3)
    record = record.model_copy(
        update={"applications": record.applications | {"flask": application("flask", tier="idiomatic")}}
    )
    (answer,) = unresolved(record, made_up(SPEEDS, 3))
    assert not any(FLASK in (pair.first, pair.second) for pair in answer.pairs)


def test_what_is_resolved_is_what_the_ranking_calls_resolved() -> None:
    trials = made_up(SPEEDS, 6)
    ranking = rank(campaign(CELLS, blocks=6), trials).scenarios["json"]
    still_open = {frozenset((p.first, p.second)) for p in ranking.pairs if p.verdict == "unresolved"}
    assert {frozenset((p.first, p.second)) for p in asked(6, trials).pairs} == still_open


def test_the_ranking_says_about_how_many_blocks_each_open_pair_takes() -> None:
    ranking = rank(campaign(CELLS, blocks=6), made_up(SPEEDS, 6)).scenarios["json"]
    (notice,) = ranking.notices
    forecast = asked(6, made_up(SPEEDS, 6)).blocks_more
    assert notice.code == STILL_OPEN
    assert notice.seen.startswith("1 comparison is undecided after 6 blocks")
    assert f": {forecast} for starlette on uvicorn and fastapi on uvicorn" in notice.seen
    assert "--budget" in notice.mend
    ahead = {pair.verdict: pair.blocks_more for pair in ranking.pairs}
    assert ahead == {"better": None, "unresolved": forecast}


@pytest.mark.parametrize("blocks", [1, 60])
def test_nothing_is_said_to_be_open_where_no_interval_is_known_or_all_is_decided(blocks: int) -> None:
    assert rank(campaign(CELLS, blocks=blocks), made_up(SPEEDS, blocks)).scenarios["json"].notices == ()


def test_a_pair_that_no_number_of_blocks_within_reach_would_decide_is_told_too() -> None:
    trials = made_up(SPEEDS, 6, restart=0.3)
    (notice,) = rank(campaign(CELLS, blocks=6), trials).scenarios["json"].notices
    assert "over 200 for" in notice.seen


@pytest.mark.parametrize("blocks", [0, 1])
def test_nothing_measured_is_nothing_to_ask(blocks: int) -> None:
    assert asked(blocks, []).pairs == ()
