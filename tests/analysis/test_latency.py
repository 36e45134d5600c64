import numpy as np
import pytest

from harness.analysis.latency.latency import latency_rows, marks_of, why_discarded
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyRow, LatencyWindow
from harness.model.notice import Failure, Notice
from tests.analysis.campaigns import campaign, cell, slice_record
from tests.analysis.windows import histogram, window

A, B, TWIN = cell("a"), cell("b"), cell("a", twin=1)
DISCARDED = Notice(code="capacity-moved", seen="it moved")


def asked(blocks: int = 1, **changes: object) -> CampaignRecord:
    record = campaign([A, B, TWIN], blocks=blocks)
    plan = record.plan.model_copy(update={"latency": ("json",)})
    return record.model_copy(update={"plan": plan, **changes})


def row_of(record: CampaignRecord, *windows: LatencyWindow, of: str = A.id) -> LatencyRow:
    return next(row for row in latency_rows(record, windows)["json"] if row.cell == of)


def seconds(row: LatencyRow) -> dict[float, float | None]:
    return {percentile.share: percentile.seconds for percentile in row.percentiles}


def test_windows_of_several_blocks_are_merged_time_by_time_and_their_percentiles_never_averaged() -> None:
    dice = np.random.default_rng(1)
    quick, slow = dice.exponential(0.001, 30_000), 0.02 + dice.exponential(0.05, 90_000)
    row = row_of(asked(blocks=2), window(A.id, 0, quick), window(A.id, 1, slow))
    together = np.concatenate([quick, slow])
    assert row.offered == 120_000
    for share, found in seconds(row).items():
        assert found == pytest.approx(float(np.quantile(together, share, method="inverted_cdf")), rel=0.002), share
    assert row.mean_s == pytest.approx(float(together.mean()))
    assert row.max_s == together.max()
    assert row.blocks == (0, 1)
    median = next(percentile for percentile in row.percentiles if percentile.share == 0.5)
    assert median.low == pytest.approx(float(np.median(quick)), rel=0.002)
    assert median.high == pytest.approx(float(np.median(slow)), rel=0.002)


def test_the_interval_of_a_percentile_of_one_block_holds_the_true_one_as_often_as_it_says() -> None:
    dice = np.random.default_rng(2)
    true = 0.001 * float(np.log(100))
    found = [row_of(asked(), window(A.id, 0, dice.exponential(0.001, 4000))).percentiles[3] for _ in range(200)]
    assert {percentile.share for percentile in found} == {0.99}
    held = [one for one in found if one.low is not None and one.high is not None and one.low <= true <= one.high]
    assert 0.91 <= len(held) / len(found) < 1


def test_the_interval_of_a_percentile_is_open_where_its_upper_end_was_never_answered() -> None:
    row = row_of(asked(), window(A.id, 0, [0.01] * 9_905, offered=10_000, errors={"timeout": 95}))
    p99 = row.percentiles[3]
    assert p99.seconds == p99.low == pytest.approx(0.01, rel=0.002)
    assert p99.high is None


@pytest.mark.parametrize(("share", "takes"), [(0.5, 60), (0.9, 300), (0.95, 600), (0.99, 3000), (0.999, 30_000)])
def test_a_percentile_is_shown_from_thirty_requests_beyond_it_and_else_says_what_it_takes(
    share: float, takes: int
) -> None:
    enough = row_of(asked(), window(A.id, 0, [0.01] * takes))
    too_few = row_of(asked(), window(A.id, 0, [0.01] * (takes - 1)))
    assert seconds(enough)[share] == pytest.approx(0.01, rel=0.002)
    missing = next(percentile for percentile in too_few.percentiles if percentile.share == share)
    assert missing.seconds is None
    assert missing.takes == takes
    assert missing.reason == f"takes {takes:,} requests; {takes - 1:,} were due"


def test_what_was_never_answered_is_later_than_any_answer() -> None:
    times = np.linspace(0.001, 0.98, 9800)
    row = row_of(asked(), window(A.id, 0, times, offered=10_000, errors={"timeout": 200}))
    assert seconds(row)[0.5] == pytest.approx(0.5, rel=0.005)
    lost = next(percentile for percentile in row.percentiles if percentile.share == 0.99)
    assert lost.seconds is None
    assert lost.takes is None
    assert lost.reason == "2.00% were never answered rightly"
    assert row.error_share == pytest.approx(0.02)
    assert row.achieved_share == pytest.approx(0.98)


def test_service_times_lie_beside_response_times() -> None:
    row = row_of(asked(), window(A.id, 0, [0.02] * 300))
    assert row.service[0].seconds == pytest.approx(0.01, rel=0.002)


def test_a_discarded_window_is_counted_and_in_no_figure() -> None:
    record = asked(blocks=2)
    kept = window(A.id, 0, [0.01] * 300)
    row = row_of(record, kept, window(A.id, 1, [9.0] * 300, discarded=DISCARDED))
    assert (row.windows, row.discarded, row.offered, row.max_s) == (1, 1, 300, 0.01)
    nothing = row_of(record, window(A.id, 1, [9.0] * 300, discarded=DISCARDED))
    assert nothing.reason == "every window was discarded (1 capacity-moved)"
    assert (nothing.percentiles, nothing.max_s, nothing.discarded) == ((), None, 1)


def test_only_completed_blocks_count_and_while_there_is_none_the_last_one_begun() -> None:
    first, cut_off = window(A.id, 0, [0.01] * 300), window(A.id, 1, [0.03] * 300)
    assert row_of(asked(blocks=1), first, cut_off).blocks == (0,)
    assert row_of(asked(blocks=0), first, cut_off).blocks == (1,)


def test_each_cell_has_a_row_in_plan_order_or_the_reason_why_it_has_no_figure_and_twins_have_none() -> None:
    failure = Failure(cell=B.id, phase="verify", reason="wrong body")
    windows = [window(c.id, 0, [0.01] * 300) for c in (B, TWIN, A)]
    rows = latency_rows(asked(failures=(failure,)), windows)["json"]
    assert [(row.cell, row.reason) for row in rows] == [(A.id, ""), (B.id, "verify: wrong body")]
    assert row_of(asked(), windows[2], of=B.id).reason == "no window was measured"


def test_scenarios_whose_latency_was_not_asked_for_have_no_rows() -> None:
    record = campaign([A, B], scenarios=("json", "db"), blocks=1)
    plan = record.plan.model_copy(update={"latency": ("db",)})
    rows = latency_rows(record.model_copy(update={"plan": plan}), [window(A.id, 0, [0.01] * 300)])
    assert list(rows) == ["db"]
    assert [row.reason for row in rows["db"]] == ["no window was measured"] * 2


def test_marks_are_told_by_the_number_of_windows_that_bear_them() -> None:
    marked = window(A.id, 0, [0.01] * 300, marks=("backlog-dropped", "drain-overrun"))
    row = row_of(asked(blocks=2), marked, window(A.id, 1, [0.01] * 300, marks=("drain-overrun",)))
    assert row.marks == {"backlog-dropped": 1, "drain-overrun": 2}


def between(before: float, after: float, *, offered: float = 500.0) -> LatencyWindow:
    """A window that was asked for half of what the cell can do."""
    return window(A.id, 0, [0.01] * 30, capacity_before=before, capacity_after=after, offered_rate=offered, share=0.5)


@pytest.mark.parametrize(
    ("before", "after", "offered"), [(1000, 1000, 500), (1000, 1399, 500), (1000, 667, 500), (1000, 2000, 800)]
)
def test_a_window_counts_whose_load_is_within_a_fifth_of_what_was_asked(
    before: float, after: float, offered: float
) -> None:
    assert why_discarded(between(before, after, offered=offered)) is None


@pytest.mark.parametrize(
    ("before", "after", "offered", "load"),
    [(1000, 1401, 500, "42%"), (1000, 666, 500, "60%"), (1000, 0, 500, "100%"), (1000, 1000, 601, "60%")],
)
def test_a_window_is_discarded_whose_load_is_further_off(
    before: float, after: float, offered: float, load: str
) -> None:
    notice = why_discarded(between(before, after, offered=offered))
    assert notice is not None
    assert notice.code == "capacity-moved"
    assert f"its load was {load} of what the configuration could do, 50% was asked" in notice.seen
    assert f"{before:,.0f} requests/s right before it, {after:,.0f} right after" in notice.seen


def test_a_window_is_discarded_by_cause_and_never_by_what_it_measured() -> None:
    assert why_discarded(between(1000, 1000), ["backlog-dropped", "drain-overrun", "generator-bound"]) is None
    lost = why_discarded(between(1000, 1000), ["lost-worker"])
    assert lost is not None
    assert lost.code == "lost-worker"


def test_an_open_slice_in_which_the_generator_was_busy_is_marked() -> None:
    busy = slice_record(A.id, 0, generator_cpu_s=1.8, wall_s=2.0, marks=("drain-overrun",))
    assert marks_of(busy, generator_cores=1) == ("drain-overrun", "generator-bound")
    assert marks_of(busy, generator_cores=2) == ("drain-overrun",)


def test_windows_without_a_single_answer_give_a_row_that_says_so() -> None:
    row = row_of(asked(), window(A.id, 0, [], offered=1000, completions=0, errors={"timeout": 1000}))
    assert (row.windows, row.error_share, row.achieved_share, row.mean_s) == (1, 1.0, 0.0, None)
    assert row.percentiles[0].reason == "100.00% were never answered rightly"
    assert histogram([]) is None
