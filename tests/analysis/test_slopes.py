"""Slopes from simulated campaigns with known truths: intervals hold them, and nothing is called that is not so."""

from collections.abc import Mapping

import numpy as np
import pytest

from harness.analysis.inference.unresolved import STILL_OPEN, unresolved
from harness.analysis.ranking.ranking import rank
from harness.model.asked.request import Level
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.found.ranking import ScenarioRanking
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Cost, Trial
from harness.stats.lines.slopes import slopes_fit, weighted_line
from tests.analysis.campaigns import campaign, cell, scenario, trial

LEVELS = tuple(Level(connections=64, n=n) for n in (0, 1, 4, 16))
BARE, TWIN, ONE, OTHER, THIRD = (
    cell("raw-asgi"),
    cell("raw-asgi", twin=1),
    cell("one"),
    cell("other"),
    cell("third"),
)
TRUTH = {BARE.id: (50.0, 0.2), TWIN.id: (50.0, 0.2), ONE.id: (100.0, 1.5), OTHER.id: (100.0, 1.5), THIRD.id: (80, 12.0)}
"""Microseconds of a request without any, and for each."""


def stacked() -> ScenarioManifest:
    return scenario("json").model_copy(
        update={"levels": LEVELS, "rank": Ranked(by="slope", at=LEVELS[-1], per="middleware")}
    )


def recorded(blocks: int) -> CampaignRecord:
    record = campaign((BARE, TWIN, ONE, OTHER, THIRD), blocks=blocks)
    return record.model_copy(update={"plan": record.plan.model_copy(update={"scenarios": (stacked(),)})})


def made_up(
    blocks: int, seed: int, truth: Mapping[str, tuple[float, float]] = TRUTH, *, rotations: int = 6
) -> list[Trial]:
    """The machine's speed changes from block to block and from rotation to rotation; each restart shifts a cell."""
    dice, trials = np.random.default_rng(seed), []
    machines = dice.normal(0, 0.05, (blocks, 1)) + np.cumsum(dice.normal(0, 0.02, (blocks, rotations)), axis=1)
    machines -= machines.mean()  # what is true is true of the machine at its mean speed
    for block, machine in enumerate(machines):
        for name, (base, each) in truth.items():
            own = dice.normal(0, 0.01)
            for level in LEVELS:
                noise = 0.02 * dice.standard_t(4, rotations)
                rates = 1e6 / (base + each * (level.n or 0)) * np.exp(own + machine + noise)
                cost = Cost(server_cpu_s=(base + each * (level.n or 0)) * 1e-6 * 1000 * float(np.exp(noise[0])))
                trials.append(
                    trial(name, block, rates.tolist(), level=level, cost=cost, answered=1000),
                )
    return trials


def ranked(blocks: int, seed: int, truth: Mapping[str, tuple[float, float]] = TRUTH) -> ScenarioRanking:
    return rank(recorded(blocks), made_up(blocks, seed, truth)).scenarios["json"]


def test_the_line_of_exact_figures_is_found_whatever_their_weights() -> None:
    x = np.array([0.0, 1.0, 4.0, 16.0])
    line = weighted_line(x, 100 + 3 * x, np.array([1.0, 5.0, 2.0, 9.0]))
    assert line.at_zero == pytest.approx(100)
    assert line.slope == pytest.approx(3)


def test_a_single_block_gives_no_interval() -> None:
    fit = slopes_fit(np.array([[1.0, 2.0]]), np.array([1.0, 1.0]))
    assert np.isnan(fit.half_widths(0.95)).all()
    assert np.isnan(fit.pair_half_widths(0.95)).all()


def test_the_smallest_slope_is_first_and_those_that_are_alike_share_a_place() -> None:
    found = ranked(blocks=12, seed=3)
    assert found.slopes is not None
    rows = {row.cell: row for row in found.slopes.rows}
    assert TWIN.id not in rows
    assert [row.cell for row in found.slopes.rows][-1] == THIRD.id
    assert [row.cell for row in found.rows] == [row.cell for row in found.slopes.rows]
    assert rows[ONE.id].microseconds == pytest.approx(1.5, abs=0.3)
    assert rows[ONE.id].cpu_us == pytest.approx(1.5, abs=0.3)
    assert rows[ONE.id].at_zero_us == pytest.approx(100, rel=0.1)
    assert (rows[ONE.id].rank_low, rows[ONE.id].rank_high) == (2, 3)
    assert (rows[THIRD.id].rank_low, rows[THIRD.id].rank_high) == (4, 4)
    assert [point.n for point in rows[ONE.id].points] == [0, 1, 4, 16]
    ranks = {row.cell: row.rank_low for row in found.rows}
    assert ranks[THIRD.id] == 4


def test_a_slope_of_nothing_is_not_distinguished_from_none() -> None:
    truth = {**TRUTH, ONE.id: (100.0, 0.0)}
    found = ranked(blocks=8, seed=5, truth=truth)
    assert found.slopes is not None
    rows = {row.cell: row for row in found.slopes.rows}
    assert not rows[ONE.id].distinguished
    assert rows[THIRD.id].distinguished


def test_a_cell_that_lacks_a_level_has_no_slope_and_no_place() -> None:
    trials = [one for one in made_up(4, seed=1) if (one.cell, one.level.n) != (ONE.id, 4)]
    found = rank(recorded(4), trials).scenarios["json"]
    assert found.slopes is not None
    assert list(found.slopes.unranked) == [ONE.id]
    (row,) = [row for row in found.rows if row.cell == ONE.id]
    assert row.rank_low is None
    assert row.rps > 0


def test_a_campaign_goes_on_while_slopes_are_undecided_and_ends_when_none_is() -> None:
    (few,) = unresolved(recorded(2), made_up(2, seed=2))
    assert not few.resolved
    truth = {
        BARE.id: (50.0, 0.2),
        TWIN.id: (50.0, 0.2),
        ONE.id: (100.0, 5.0),
        OTHER.id: (100, 20.0),
        THIRD.id: (90, 60),
    }
    (enough,) = unresolved(recorded(9), made_up(9, seed=2, truth=truth))
    assert enough.resolved
    assert enough.comparisons == 6


def test_when_slopes_are_decided_is_forecast_about_right_and_said_on_the_page() -> None:
    truth = {**TRUTH, OTHER.id: (100.0, 1.9)}
    (few,) = unresolved(recorded(4), made_up(4, seed=2, truth=truth))
    assert few.blocks_more is not None
    assert few.blocks_more > 0
    enough = 2 * (4 + few.blocks_more)
    (later,) = unresolved(recorded(enough), made_up(enough, seed=2, truth=truth))
    assert later.resolved
    (notice,) = [one for one in ranked(4, seed=2, truth=truth).notices if one.code == STILL_OPEN]
    assert f"{few.blocks_more} for " in notice.seen
    assert "one" in notice.seen


def test_after_one_block_nothing_is_forecast_of_slopes() -> None:
    (first,) = unresolved(recorded(1), made_up(1, seed=2))
    assert len(first.pairs) == 6
    assert first.blocks_more is None
    assert [one for one in ranked(1, seed=2).notices if one.code == STILL_OPEN] == []


@pytest.mark.parametrize("blocks", [2, 3, 6])
def test_the_intervals_hold_the_truth_of_all_cells_and_pairs_together(blocks: int) -> None:
    """Of 60 campaigns more than 6 with a false interval would be a chance of 1 in 30 at the confidence of 95 %; what
    these intervals spend at early looks is far less."""
    wrong = wrong_pairs = 0
    for seed in range(60):
        found = ranked(blocks, seed).slopes
        assert found is not None
        rows = found.rows
        wrong += any(row.low is not None and not row.low <= TRUTH[row.cell][1] <= (row.high or 0.0) for row in rows)
        wrong_pairs += any(
            pair.low is not None and not pair.low <= TRUTH[pair.second][1] - TRUTH[pair.first][1] <= (pair.high or 0.0)
            for pair in found.pairs
        )
        assert all({pair.first, pair.second} != {ONE.id, OTHER.id} or pair.verdict != "better" for pair in found.pairs)
    assert wrong <= 3
    assert wrong_pairs <= 3
