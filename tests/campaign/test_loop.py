import pytest

from harness.campaign import loop
from harness.campaign.block.latency import expected_s
from harness.campaign.loop import LEAST_SCALE, MOST_SCALE, WHAT_BLOCKS_VARY, Clock
from harness.campaign.plan.cells import with_twin
from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.session.phases import Phases
from harness.model.measured.campaign import Plan, SliceShape
from tests.analysis.campaigns import campaign, cell

APPS = tuple(cell(f"app{number}") for number in range(12))


class Time:
    """The clock on the wall, put forward by the test."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(loop, "time", time)
    return time


def a_plan(cells: int = 3, *, budget_s: float = 300.0, max_blocks: int = 100) -> Plan:
    plan = campaign(with_twin(APPS[:cells], APPS[0])).plan
    shape = SliceShape(rotations_s=20.0, warm_up_s=1.0)
    return plan.model_copy(update={"budget_s": budget_s, "max_blocks": max_blocks, "shape": shape})


def block_of(
    clock: Clock, time: Time, seconds: float, *, continuous_s: float = 0.0, latency_s: float = 0.0, scale: float = 1.0
) -> None:
    phases = Phases({"latency": 500.0})
    with clock.block(phases, 20.0, scale):
        time.now += seconds
        phases.add("continuous runs", continuous_s)
        phases.add("latency", latency_s)


def test_a_block_fits_when_one_like_the_last_would_end_within_the_budget_with_the_shortest_rotations(
    time: Time,
) -> None:
    clock = Clock(a_plan(budget_s=100))
    shortest_s = 52 - 20.0 * (1 - LEAST_SCALE)
    block_of(clock, time, 52)
    assert clock.spent_s() + shortest_s == 100
    assert clock.fits(1)
    time.now += 0.1
    assert not clock.fits(1)


def test_the_rotations_of_the_blocks_that_still_fit_fill_the_budget(time: Time) -> None:
    clock = Clock(a_plan(budget_s=300))
    assert clock.scale(20.0, 0) == 1.0, "nothing shows yet how long a block takes"
    block_of(clock, time, 70)
    while clock.fits(1):
        scale = clock.scale(20.0, 1)
        assert LEAST_SCALE <= scale <= MOST_SCALE
        block_of(clock, time, 50 + scale * 20.0, scale=scale)
    assert clock.spent_s() == pytest.approx(300 * (1 - WHAT_BLOCKS_VARY))


@pytest.mark.parametrize(("left_s", "scale"), [(85.0, MOST_SCALE), (70.0, 1.0), (66.0, LEAST_SCALE)])
def test_a_block_that_cannot_fill_what_is_left_is_neither_much_longer_nor_much_shorter_than_planned(
    time: Time, left_s: float, scale: float
) -> None:
    budget_s = (70 + left_s) / (1 - WHAT_BLOCKS_VARY)
    clock = Clock(a_plan(budget_s=budget_s))
    block_of(clock, time, 70)
    assert clock.scale(20.0, 1) == pytest.approx(scale)


def test_where_the_number_of_blocks_ends_the_campaign_they_are_as_long_as_planned(time: Time) -> None:
    clock = Clock(a_plan(budget_s=300, max_blocks=2))
    block_of(clock, time, 70)
    assert clock.scale(20.0, 1) == 1.0


def test_the_continuous_runs_of_a_block_are_not_expected_of_the_next_one(time: Time) -> None:
    clock = Clock(a_plan(budget_s=100))
    block_of(clock, time, 60, continuous_s=21)
    assert clock.spent_s() == 60
    assert clock.fits(1)
    assert not clock.fits(2)


@pytest.mark.parametrize("in_turn", [True, False])
def test_response_times_of_the_next_scenario_in_turn_are_expected_as_the_plan_has_them(
    time: Time, in_turn: bool
) -> None:
    plan = a_plan(budget_s=100).model_copy(update={"latency_in_turn": in_turn})
    clock, expected = Clock(plan), expected_s(plan, len(plan.cells))
    block_of(clock, time, 55, latency_s=10 + expected + 1)
    assert clock.fits(1) is in_turn


def test_before_the_first_block_its_length_is_foreseen_from_the_plan(time: Time) -> None:
    assert Clock(a_plan(budget_s=300)).fits(1)
    assert not Clock(a_plan(budget_s=20)).fits(1)
    many = Clock(a_plan(12, budget_s=300))
    group_s = 20.0 + GROUP_SIZE * 1.0 + loop.OVERHEAD_S
    assert many.total_s() == pytest.approx(int(300 // (2 * group_s)) * 2 * group_s)


def test_what_was_spent_before_a_resume_is_spent(time: Time) -> None:
    clock = Clock(a_plan(budget_s=100), already_s=70)
    assert clock.spent_s() == 70
    assert not clock.fits(1)


def test_the_whole_time_is_told_from_the_budget_and_the_blocks_allowed(time: Time) -> None:
    clock = Clock(a_plan(budget_s=300))
    block_of(clock, time, 70)
    assert clock.total_s() == 280
    limited = Clock(a_plan(budget_s=300, max_blocks=2))
    block_of(limited, time, 70)
    assert limited.total_s() == 140
    block_of(limited, time, 80)
    assert limited.total_s() == 160, "the blocks turned out longer"
