import random
from pathlib import Path

import pytest

from harness.analysis.latency.latency import NO_CAPACITY
from harness.analysis.latency.percentiles import time_within, times_of
from harness.campaign.block.capacity_search import LONGEST_PROBE_S, PROBE_S, probe_length
from harness.campaign.block.latency import (
    between,
    expected_s,
    measure_latency,
    rates_of,
    still_missing,
    window_length_s,
)
from harness.campaign.block.open_slices import CAPACITY_S, capacity_slice, open_slice
from harness.load.driver import LocustDriver
from harness.model.measured.campaign import SliceShape
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.load import GENERATOR_STOPPED
from tests.analysis.campaigns import slice_record
from tests.analysis.windows import window
from tests.campaign.queues import MANIFEST, SCENARIO, bench_of, block_of, cell, queue

A, B, TWIN = cell("a"), cell("b"), cell("a", twin=1)


def measured(bench, block) -> tuple[LatencyWindow, ...]:  # type: ignore[no-untyped-def]
    """All windows of the block, as they are read back from the disk."""
    for _ in measure_latency(bench, block, SCENARIO, usual={}, dice=random.Random(1)):
        pass
    windows, notices = bench.folder.read_windows()
    assert notices == ()
    return windows


def test_a_window_is_offered_its_share_of_the_capacity_seen_right_before_it(
    driver: LocustDriver, tmp_path: Path
) -> None:
    with queue(tmp_path / "a.log", [2.0]) as server:
        bench = bench_of(driver, tmp_path, [A], latency_share=0.4)
        block = block_of(bench, {A: server})
        # It cannot do more than 500 a second. After a moment in which nothing ran it seems to, but not every time.
        tries = (measured(bench, block)[-1] for _ in range(3))
        window = next((one for one in tries if 0 < one.capacity_before <= 510), None)
    assert window is not None
    assert window.offered_rate == pytest.approx(0.4 * window.capacity_before)
    assert window.duration_s == pytest.approx(1.5), "three times as long as asked: so slow a cell has few requests"
    assert window.offered == pytest.approx(window.offered_rate * 1.5, abs=1)
    assert window.errors == {}
    times = times_of(window.histogram)
    assert times.count == window.offered
    assert times.at(1) >= 0.0019  # no answer before its service time is over
    assert (time_within(times, window.offered, 0.5) or 0) <= (window.max_s or 0) + 1e-5
    assert bench.phases.seconds().keys() == {"latency"}


def test_each_cell_but_the_twin_has_a_window_and_none_is_a_slice_of_a_trial(
    driver: LocustDriver, tmp_path: Path
) -> None:
    with queue(tmp_path / "a", [2.0]) as one, queue(tmp_path / "b", [4.0]) as two, queue(tmp_path / "t", [2.0]) as twin:
        bench = bench_of(driver, tmp_path, [A, B, TWIN])
        block = block_of(bench, {A: one, B: two, TWIN: twin})
        windows = measured(bench, block)
    assert {window.cell for window in windows} == {A.id, B.id}
    assert block.slices == []
    assert bench.folder.read_slices() == ({}, ())


def test_a_server_that_changes_its_speed_meanwhile_is_measured_once_more_from_where_it_is_now(
    driver: LocustDriver, tmp_path: Path
) -> None:
    before_the_window = int(CAPACITY_S * 500)  # on a busy machine more, or less; some 600 come in it
    with queue(tmp_path / "a.log", [2.0], f"--slow-after={before_the_window + 200}") as server:
        bench = bench_of(driver, tmp_path, [A])
        first, second = measured(bench, block_of(bench, {A: server}))
    assert first.discarded is not None
    assert first.discarded.code == "capacity-moved"
    assert first.capacity_after < 0.7 * first.capacity_before
    assert (first.repeat, second.repeat) == (False, True)
    assert second.capacity_before == first.capacity_after


def test_a_server_that_answers_nothing_rightly_has_no_window_that_counts(driver: LocustDriver, tmp_path: Path) -> None:
    with queue(tmp_path / "a.log", [2.0], "--fail") as server:
        bench = bench_of(driver, tmp_path, [A], p99_s=0.05)
        windows = measured(bench, block_of(bench, {A: server}))
    assert [window.discarded.code for window in windows if window.discarded] == ["no-capacity"] * 2
    assert {window.offered_rate for window in windows} == {0}
    assert bench.folder.read_searches() == ((), ())


def test_a_server_that_dies_fails_its_cell_and_the_others_are_measured(driver: LocustDriver, tmp_path: Path) -> None:
    with queue(tmp_path / "a.log", [2.0], "--die-after=150") as one, queue(tmp_path / "b.log", [2.0]) as two:
        bench = bench_of(driver, tmp_path, [A, B])
        block = block_of(bench, {A: one, B: two})
        windows = list(
            zip(measure_latency(bench, block, SCENARIO, usual={}, dice=random.Random(1)), range(6), strict=False)
        )
    assert windows
    assert [failure.cell for failure in block.failures] == [A.id]
    assert "exit code 7" in block.failures[0].reason
    kept = [window for window in bench.folder.read_windows()[0] if window.discarded is None]
    assert {window.cell for window in kept} <= {B.id}


def test_nothing_is_measured_where_no_latency_was_asked_for_or_an_end_was(driver: LocustDriver, tmp_path: Path) -> None:
    with queue(tmp_path / "a.log", [2.0]) as server:
        unasked = bench_of(driver, tmp_path / "one", [A], latency=())
        assert measured(unasked, block_of(unasked, {A: server})) == ()
        ended = bench_of(driver, tmp_path / "two", [A])
        ended.interrupt.asked = True
        assert measured(ended, block_of(ended, {A: server})) == ()


def bench_plan():  # type: ignore[no-untyped-def]
    from tests.campaign.test_planning import a_plan

    return a_plan()


def test_slow_cells_are_given_longer_burn_ins_looks_and_probes() -> None:
    plan, slow, quick = bench_plan(), 20.0, 20_000.0
    assert capacity_slice(plan, A.id, MANIFEST, quick).length_s == CAPACITY_S
    assert capacity_slice(plan, A.id, MANIFEST, slow).length_s == pytest.approx(4.5 * 16 / slow)
    burnt_in = [
        open_slice(plan, A.id, MANIFEST, rate=c / 2, counted_s=0.5, capacity=c).burn_in_s for c in (quick, slow, 0.01)
    ]
    assert burnt_in == [0.1, pytest.approx(2 * 16 / slow), 5.0]
    assert open_slice(plan, A.id, MANIFEST, rate=10, counted_s=0.5, capacity=slow).length_s == pytest.approx(2.1)
    assert (probe_length(quick), probe_length(200.0), probe_length(slow)) == (PROBE_S, 5.0, LONGEST_PROBE_S)


def test_the_latency_of_one_scenario_takes_little_of_a_block_by_default() -> None:
    plan, latency_s = bench_plan(), expected_s(bench_plan(), 6)
    rotations_s = 3 * plan.shape.rotations_s  # of three scenarios
    assert latency_s <= 0.285 * rotations_s  # starts, checks and warm-up come on top


@pytest.mark.parametrize(
    ("missing", "rate", "seconds"), [(1500, 20_000, 1.0), (1500, 1000, 1.5), (1500, 100, 3.0), (3000, 1500, 2.0)]
)
def test_a_window_lasts_until_it_has_what_is_missing_where_that_is_not_too_long(
    missing: int, rate: float, seconds: float
) -> None:
    assert window_length_s(1.0, rate, missing) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("rate", "windows", "missing"),
    [
        (5000, "", 3000),  # the first is to hold it all
        (5000, "k", 0),
        (1000, "k", 0),
        (600, "k", 1200),
        (600, "kk", 0),
        (600, "d", 3000),
        (600, "dk", 0),  # enough tries
        (500, "k", 1500),  # exactly what one more window of three seconds brings
        (499, "k", 0),  # out of reach: another window would give no p99
        (499, "d", 3000),  # but a window that counts there should be
        (499, "dd", 0),
    ],
)
def test_where_scenarios_take_turns_windows_follow_until_they_hold_what_p99_takes(
    rate: float, windows: str, missing: int
) -> None:
    plan = bench_plan().model_copy(update={"latency_in_turn": True})
    assert plan.shape.window_s == 1.0
    measured = [a_window(rate, counts=kind == "k") for kind in windows]
    assert still_missing(measured, plan) == missing


@pytest.mark.parametrize(("windows", "missing"), [("", 1500), ("k", 0), ("d", 1500), ("dk", 0), ("dd", 0)])
def test_where_each_block_measures_a_scenario_one_window_that_counts_is_enough(windows: str, missing: int) -> None:
    plan = bench_plan().model_copy(update={"latency_in_turn": False})
    assert still_missing([a_window(100.0, counts=kind == "k") for kind in windows], plan) == missing


def a_window(rate: float, *, counts: bool) -> LatencyWindow:
    """As long as such a window lasts where the one who asks has no other: three seconds at most."""
    offered = min(3000, round(3 * rate))
    return window(A.id, 0, [0.001], offered=offered, offered_rate=rate, discarded=None if counts else NO_CAPACITY)


def test_half_of_what_one_look_says_is_taken_for_the_machine_of_that_moment() -> None:
    assert between(None, 400.0) == 400.0
    assert between(100.0, 400.0) == pytest.approx(200.0)
    assert between(0.0, 400.0) == 400.0, "it answered nothing before: that is no guide"
    assert between(400.0, 0.0) == 0.0


def test_what_a_cell_did_in_a_block_is_that_of_its_slices_together() -> None:
    slices = [
        slice_record(A.id, 0, completions=100, duration_s=0.1),
        slice_record(A.id, 1, completions=200, duration_s=0.4),
        slice_record(A.id, 2, completions=900, duration_s=0.1, marks=(GENERATOR_STOPPED,)),
        slice_record(A.id, 3, completions=900, duration_s=0.1, counted=False),
        slice_record(B.id, 0, completions=0, duration_s=0.5),
    ]
    assert rates_of(slices) == {A.id: pytest.approx(600.0), B.id: 0.0}


def test_the_rate_follows_what_the_cell_did_in_the_rotations_too(driver: LocustDriver, tmp_path: Path) -> None:
    with queue(tmp_path / "a.log", [2.0]) as server:
        bench = bench_of(driver, tmp_path, [A], latency_share=0.5, shape=SliceShape(window_s=0.2))
        block = block_of(bench, {A: server})
        for _ in measure_latency(bench, block, SCENARIO, usual={A.id: 300.0}, dice=random.Random(1)):
            pass
        first = bench.folder.read_windows()[0][0]
    assert first.offered_rate == pytest.approx(0.5 * (300.0 * first.capacity_before) ** 0.5)


def test_a_slow_cell_has_as_many_windows_in_its_turn_as_p99_takes(driver: LocustDriver, tmp_path: Path) -> None:
    with queue(tmp_path / "a.log", [0.2]) as server:
        shape = SliceShape(window_s=0.6)
        bench = bench_of(driver, tmp_path, [A], latency_share=0.5, latency_in_turn=True, shape=shape)
        windows = measured(bench, block_of(bench, {A: server}))
    missing = [still_missing(windows[:number], bench.plan) for number in range(len(windows) + 1)]
    assert all(missing[:-1]), "each was wanted when it was begun"
    assert missing[-1] == 0, "and after the last none was"
