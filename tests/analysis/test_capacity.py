import itertools
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.analysis.latency.capacity import capacity_rows, probe_of
from harness.analysis.latency.next_rate import LEAST_TRIES, MOST_PROBES, WIDTH, bracket, next_rate
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import CapacityRow, CapacitySearch, Criterion, Probe
from harness.model.measured.load import SliceRecord
from harness.model.notice import Failure
from tests.analysis.campaigns import campaign, cell, slice_record
from tests.analysis.windows import histogram, probe, search

A, B = cell("a"), cell("b")
LIMIT = Criterion(p99_s=0.05)


def searched(holds: Callable[[float], bool], ceiling: float) -> list[Probe]:
    probes: list[Probe] = []
    while (rate := next_rate(probes, ceiling)) is not None:
        probes.append(probe(rate, () if holds(rate) else ("p99",)))
    return probes


@given(truth=st.floats(0.0, 1.2), ceiling=st.floats(10, 1e6))
def test_a_steady_server_is_bracketed_within_the_width_by_probes_that_are_each_made_twice(
    truth: float, ceiling: float
) -> None:
    probes = searched(lambda rate: rate <= truth * ceiling, ceiling)
    highest, broken = bracket(probes)
    assert (highest or 0) <= truth * ceiling
    assert broken is None or broken > truth * ceiling
    assert (broken or ceiling) - (highest or 0) <= WIDTH * ceiling
    assert len(probes) < 10
    tries = [one.offered_rate for one in probes]
    assert all(tries.count(end) >= LEAST_TRIES for end in (highest, broken) if end)
    assert max(tries) <= ceiling


def test_a_server_that_holds_all_it_can_do_has_no_broken_rate() -> None:
    assert bracket(searched(lambda rate: True, 1000.0)) == (1000.0, None)


def test_a_server_that_holds_nothing_has_no_highest_rate() -> None:
    highest, broken = bracket(searched(lambda rate: False, 1000.0))
    assert highest is None
    assert broken is not None
    assert broken <= WIDTH * 1000


@pytest.mark.parametrize("hiccup", range(7))
def test_one_probe_that_met_a_hiccup_does_not_lead_the_search_astray(hiccup: int) -> None:
    at = itertools.count()
    probes = searched(lambda rate: rate <= 730 and next(at) != hiccup, 1000.0)
    highest, broken = bracket(probes)
    assert highest is not None
    assert broken is not None
    assert 680 <= highest <= 730 < broken <= 780


def test_on_a_machine_that_hiccups_in_every_tenth_probe_nearly_all_searches_still_find_the_rate() -> None:
    found = 0
    for seed in range(500):
        dice = random.Random(seed)
        probes = searched(lambda rate, dice=dice: rate <= 730 and dice.random() > 0.1, 1000.0)
        highest, broken = bracket(probes)
        found += 680 <= (highest or 0) <= 730 < (broken or 0) <= 780
        assert len(probes) <= MOST_PROBES
    assert found >= 0.85 * 500


def test_a_rate_that_was_held_once_and_broken_once_is_tried_a_third_time() -> None:
    probes = [probe(500), probe(750, ["p99"]), probe(750)]
    assert next_rate(probes, 1000.0) == 750
    assert bracket(probes) == (500, None)
    assert bracket([*probes, probe(750)]) == (750, None)
    assert bracket([*probes, probe(750, ["errors"])]) == (500, 750)


def open_slice(times_s: list[float], **changes: object) -> SliceRecord:
    due = len(times_s)
    values: dict[str, object] = {"histogram": histogram(times_s), "offered": due, "completions": due, "duration_s": 2.0}
    return slice_record(A.id, 0, **(values | changes))  # type: ignore[arg-type]


def test_a_rate_is_held_when_p99_errors_and_what_was_achieved_keep_their_bounds() -> None:
    held = probe_of(open_slice([0.01] * 990 + [0.2] * 10), 500.0, LIMIT, 1)
    assert held.held
    assert held.p99_s == pytest.approx(0.01, rel=0.002)
    assert held.p50_s == pytest.approx(0.01, rel=0.002)


@pytest.mark.parametrize(
    ("record", "broke"),
    [
        (open_slice([0.01] * 989 + [0.2] * 11), ("p99",)),
        (open_slice([0.01] * 9980, offered=10_000, errors={"status": 20}), ("errors",)),
        (open_slice([0.01] * 1000, completions=989), ("achieved",)),
        (open_slice([0.01] * 980, offered=1000, errors={"timeout": 20}), ("p99", "errors", "achieved")),
        (open_slice([], offered=1000, errors={"connect": 64}), ("p99", "errors", "achieved")),
    ],
    ids=["slow", "failing", "falling behind", "never answered", "nothing answered"],
)
def test_a_rate_is_broken_by_whatever_passes_its_bound(record: SliceRecord, broke: tuple[str, ...]) -> None:
    assert probe_of(record, 500.0, LIMIT, 1).broke == broke


def limited(blocks: int = 1, **changes: object) -> CampaignRecord:
    record = campaign([A, B, cell("a", twin=1)], blocks=blocks)
    plan = record.plan.model_copy(update={"latency": ("json",), "p99_s": 0.05})
    return record.model_copy(update={"plan": plan, **changes})


def row_of(record: CampaignRecord, *searches: CapacitySearch) -> CapacityRow:
    return capacity_rows(record, searches)["json"][0]


def test_the_capacity_over_blocks_is_the_middle_one_with_the_range_that_every_search_lies_in() -> None:
    brackets = [(1000.0, 1050.0), (900.0, 960.0), (1100.0, 1140.0)]
    row = row_of(limited(blocks=3), *(search(A.id, block, *ends) for block, ends in enumerate(brackets)))
    assert (row.rate, row.low, row.high, row.width) == (1000.0, 900.0, 1140.0, 240.0)
    assert row.brackets == tuple(brackets)
    assert row.probes == 6


def test_a_capacity_that_one_block_did_not_bound_is_not_bounded() -> None:
    row = row_of(limited(blocks=2), search(A.id, 0, 1000, 1050), search(A.id, 1, 1020, None))
    assert (row.rate, row.high, row.width) == (1000, None, None)


def test_a_cell_that_held_no_rate_says_so() -> None:
    row = row_of(limited(), search(A.id, 0, None, 62.5))
    assert row.rate is None
    assert row.reason == "not held at any rate that was tried, the lowest 62 requests/s"


def test_searches_of_blocks_that_were_cut_off_do_not_count_and_cells_without_one_say_why() -> None:
    record = limited(failures=(Failure(cell=B.id, phase="measure", reason="it ended"),))
    rows = capacity_rows(record, [search(A.id, 1, 900, 950)])["json"]
    assert [(row.cell, row.reason) for row in rows] == [(A.id, "no search was made"), (B.id, "measure: it ended")]


def test_without_a_limit_there_are_no_rows() -> None:
    assert capacity_rows(campaign([A, B]), []) == {}
