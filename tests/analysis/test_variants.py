"""Two variants of one application: what is called different is, and what is not is rarely called so."""

from collections.abc import Mapping, Sequence
from math import log1p

import numpy as np
import pytest

from harness.analysis.compare.looks import Looked, Values, look
from harness.analysis.compare.variants import judge
from harness.model.asked.gate import Metric
from harness.model.found.variants import MetricChange, VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.trial import Cost, Trial
from harness.model.notice import Failure
from harness.stats.arrays import Bools, Floats
from harness.stats.pairs import contrast
from harness.stats.spending import looks_until
from tests.analysis.campaigns import campaign, cell, made_up
from tests.analysis.windows import window
from tests.stats.simulation import Noise, block_values

A, TWIN, B = cell("base"), cell("base", twin=1), cell("head")
CELLS = (A, TWIN, B)


def costly(trials: Sequence[Trial], cpu_us: Mapping[str, float], memory: Mapping[str, float]) -> list[Trial]:
    """Trials that tell CPU per request and memory, each give or take half a percent."""
    dice = np.random.default_rng(7)
    return [
        trial.model_copy(
            update={
                "answered": 1000,
                "cost": Cost(
                    server_cpu_s=1e-3 * cpu_us[trial.cell] * float(np.exp(dice.normal(0, 0.005))),
                    load_pss_bytes=int(memory[trial.cell] * float(np.exp(dice.normal(0, 0.005)))),
                ),
            }
        )
        for trial in trials
    ]


def alike(value: float, **b: float) -> dict[str, float]:
    return {A.id: value, TWIN.id: value, B.id: b.get("b", value)}


def compared(
    trials: Sequence[Trial],
    blocks: int,
    *,
    windows: Sequence[LatencyWindow] = (),
    latency: tuple[str, ...] = (),
    usual_looks_only: bool = False,
    **record: object,
) -> VariantComparison:
    made = campaign(CELLS, blocks=blocks)
    made = made.model_copy(update={"plan": made.plan.model_copy(update={"latency": latency}), **record})
    return judge(made, trials, windows, A, B, usual_looks_only=usual_looks_only)


def metric(found: VariantComparison, name: Metric) -> MetricChange:
    return next(change for _, change in found.changes() if change.metric == name)


def slower(ratio: float, blocks: int = 12, **noise: float) -> list[Trial]:
    return made_up(alike(1000.0, b=1000.0 * ratio), blocks, **noise)


def test_a_slower_variant_that_takes_more_of_everything_is_called_worse_in_everything() -> None:
    trials = costly(slower(0.9), alike(20.0, b=22.0), alike(50e6, b=60e6))
    found = compared(trials, 12)
    assert [(change.metric, change.verdict) for _, change in found.changes()] == [
        ("throughput", "worse"),
        ("cpu", "worse"),
        ("memory", "worse"),
    ]
    for name, truth in (("throughput", 0.9), ("cpu", 1.1), ("memory", 1.2)):
        change = metric(found, name)  # type: ignore[arg-type]
        assert change.low is not None
        assert change.high is not None
        assert change.low < truth < change.high
        assert change.a is not None
        assert change.b is not None
        assert change.b / change.a == pytest.approx(change.ratio)
        assert change.decided_at is not None
        assert change.blocks_more is None
    assert metric(found, "cpu").a == pytest.approx(20e-6, rel=0.01)


def test_what_takes_less_is_better_though_its_ratio_is_below_one() -> None:
    found = compared(costly(slower(1.1), alike(20.0, b=18.0), alike(50e6)), 12)
    assert [change.verdict for _, change in found.changes()] == ["better", "better", "tied"]
    ratio = metric(found, "cpu").ratio
    assert ratio is not None
    assert ratio < 1


def test_a_metric_that_is_not_recorded_is_left_out_and_costs_no_confidence() -> None:
    alone, among = compared(slower(0.95), 12), compared(costly(slower(0.95), alike(20.0), alike(50e6)), 12)
    assert [change.metric for _, change in alone.changes()] == ["throughput"]
    narrow, wide = metric(alone, "throughput"), metric(among, "throughput")
    assert narrow.ratio == wide.ratio
    assert narrow.high is not None
    assert wide.high is not None
    assert narrow.high < wide.high


def test_one_block_is_no_interval_and_no_verdict() -> None:
    change = metric(compared(slower(0.5, 1), 1), "throughput")
    assert (change.low, change.high, change.verdict) == (None, None, "unresolved")
    assert change.ratio == pytest.approx(0.5, rel=0.1)


def test_what_is_open_says_about_how_many_blocks_would_decide_it() -> None:
    few = metric(compared(slower(0.97, 4), 4), "throughput")
    assert few.verdict == "unresolved"
    assert few.blocks_more is not None
    assert 1 <= few.blocks_more <= 40


def test_a_campaign_that_asks_whether_to_go_on_sees_usual_looks_only() -> None:
    found = compared(slower(0.97, 8), 8, usual_looks_only=True)
    assert metric(found, "throughput").blocks == 6
    assert metric(compared(slower(0.97, 8), 8), "throughput").blocks == 8


def test_where_a_is_called_different_from_its_twin_nothing_is_claimed() -> None:
    trials = made_up({A.id: 1000.0, TWIN.id: 800.0, B.id: 500.0}, 12)
    found = compared(trials, 12)
    change = metric(found, "throughput")
    assert (change.void, change.verdict, change.decided_at) == (True, "unresolved", None)
    assert [notice.code for notice in found.notices] == ["noise-floor"]


def test_a_difference_as_small_as_that_of_the_twin_is_not_called() -> None:
    steady = np.linspace(-0.0005, 0.0005, 12)
    values = Values(a=0.03 + steady, twin=-0.03 + steady[::-1], b=-0.04 + steady)
    found = look(values, looks_until(12), error=0.025, delta=log1p(0.001), gain=1)
    assert found is not None
    assert found.void, "here the twin is surely different"
    wide = np.where(np.arange(12) % 2, 0.2, -0.2)  # the twin jumps by so much that it is surely nothing
    values = Values(a=wide + 0.045, twin=-wide - 0.045, b=-0.04 + steady)
    found = look(values, looks_until(12), error=0.025, delta=log1p(0.001), gain=1)
    assert found is not None
    assert not found.void
    assert found.floor == pytest.approx(0.09)
    assert found.verdict == "unresolved"


def test_a_variant_that_failed_has_no_figure_and_the_reason_says_which() -> None:
    failure = Failure(cell=B.id, phase="verify", reason="wrong body")
    found = compared(slower(0.9), 12, failures=(failure,))
    change = metric(found, "throughput")
    assert (change.ratio, change.reason) == (None, "B: verify: wrong body")


def times(median_s: float, seed: int, requests: int = 4000) -> Floats:
    return np.random.default_rng(seed).gamma(4.0, median_s / 4, requests)


def timed(b: float, blocks: int = 9) -> list[LatencyWindow]:
    return [
        window(name, block, times(0.004 * factor, 100 * block + number).tolist())
        for block in range(blocks)
        for number, (name, factor) in enumerate(((A.id, 1.0), (B.id, b)))
    ]


def test_p99_is_compared_block_by_block_and_needs_no_twin() -> None:
    found = compared(slower(1.0, 9), 9, windows=timed(1.5), latency=("json",))
    change = metric(found, "p99")
    assert (change.verdict, change.floor, change.blocks) == ("worse", None, 9)
    assert change.low is not None
    assert change.high is not None
    assert change.low < 1.5 < change.high


def test_a_p99_of_too_few_requests_is_none_and_the_reason_says_how_many_it_takes() -> None:
    windows = [window(name, block, times(0.004, block, 500).tolist()) for block in range(9) for name in (A.id, B.id)]
    change = metric(compared(slower(1.0, 9), 9, windows=windows, latency=("json",)), "p99")
    assert (change.ratio, change.reason) == (None, "A: takes 3,000 requests in a block; at most 500 were due")


def test_a_variant_that_leaves_requests_unanswered_is_not_the_faster_for_it() -> None:
    windows = timed(0.5)
    windows[5] = windows[5].model_copy(update={"offered": 5000})
    change = metric(compared(slower(1.0, 9), 9, windows=windows, latency=("json",)), "p99")
    assert (change.ratio, change.verdict) == (None, "unresolved")
    assert change.reason == "B: over 1 % of requests were never answered rightly in block 2"


def test_a_contrast_uses_the_block_in_which_one_of_two_repeats_is_missing() -> None:
    ours, theirs = np.array([1.0, 1.1, 1.2]), np.array([0.9, np.nan, 1.1])
    found = contrast(ours, theirs, np.array([0.9, 1.0, np.nan]))
    assert found is not None
    assert (found.blocks, found.repeats) == (3, 1)
    assert found.difference == pytest.approx(0.1)
    assert contrast(ours, np.full(3, np.nan), np.full(3, np.nan)) is None


def test_a_contrast_without_a_repeat_is_the_paired_t_interval() -> None:
    ours, theirs = np.array([1.0, 1.3, 1.2, 1.1]), np.array([0.9, 1.0, 1.1, 0.7])
    found = contrast(ours, theirs, np.full(4, np.nan))
    assert found is not None
    difference = ours - theirs
    assert found.half_width(0.95) == pytest.approx(3.182446 * difference.std(ddof=1) / 2, rel=1e-5)
    assert np.isnan(found.repeat_half_width(0.95))


# Simulated campaigns. Throughput is fitted slice by slice on a machine that drifts and flips between two speeds; CPU
# moves with it, memory and p99 have noise of their own.

CAMPAIGNS = 400
SHARES = (0.025, 0.025 / 3, 0.025 / 3, 0.025 / 3)


def metrics_of(blocks: int, noise: Noise, seed: int = 1) -> list[Floats]:
    """(campaigns, blocks, 3) of throughput, CPU, memory and p99 of A, its twin and B, which are one program."""
    dice = np.random.default_rng(seed)
    shape = (CAMPAIGNS, blocks, 3)
    rates = block_values(noise, campaigns=CAMPAIGNS, blocks=blocks, rotations=36, cells=3, seed=seed, pool=2000)
    p99 = dice.standard_t(4, shape) * 0.1
    p99[..., 1] = np.nan
    return [rates, dice.normal(0, 0.005, shape) - 0.4 * rates, dice.normal(0, 0.003, shape), p99]


def called(metrics: Sequence[Floats], shifts: Sequence[float] = (0, 0, 0, 0), delta: float = 0.01) -> Bools:
    """(campaigns, metrics): whether B was called better or worse."""
    said = np.zeros((len(metrics[0]), len(metrics)), dtype=bool)
    for number, (values, share, shift) in enumerate(zip(metrics, SHARES, shifts, strict=True)):
        for one, blocks in enumerate(values):
            found = looked(blocks, share, shift, delta)
            said[one, number] = found.verdict in {"better", "worse"}
    return said


def looked(blocks: Floats, share: float, shift: float, delta: float) -> Looked:
    values = Values(a=blocks[:, 0], twin=blocks[:, 1], b=blocks[:, 2] + shift)
    found = look(values, looks_until(len(blocks)), error=share, delta=log1p(delta), gain=1)
    assert found is not None
    return found


@pytest.mark.parametrize("blocks", [4, 9, 13])
@pytest.mark.parametrize("restart", [0.007, 0.015])
def test_one_version_against_itself_is_rarely_called_different_in_any_metric(blocks: int, restart: float) -> None:
    share = called(metrics_of(blocks, Noise(restart_sd=restart))).any(axis=1).mean()
    assert share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / CAMPAIGNS)


# Found: 0.96 and 0.98 after 9 and 12 blocks, 0.88 of 5 % after 5; with restarts twice as uneven 0.88 of 3 % after 12.
@pytest.mark.parametrize(
    ("slower_by", "blocks", "restart", "least"),
    [(0.03, 9, 0.007, 0.93), (0.03, 12, 0.015, 0.83), (0.05, 5, 0.007, 0.83), (0.05, 9, 0.015, 0.93)],
)
def test_a_slower_version_is_found(slower_by: float, blocks: int, restart: float, least: float) -> None:
    metrics = metrics_of(blocks, Noise(restart_sd=restart))[:1]
    assert called(metrics * 4, [float(np.log(1 - slower_by)), 0, 0, 0])[:, 0].mean() >= least


def test_the_whole_way_from_slices_to_verdicts_calls_few_of_equal_versions_different() -> None:
    def calls(seed: int) -> bool:
        trials = costly(slower(1.0, 6, seed=seed), alike(20.0), alike(50e6))
        return any(change.verdict in {"better", "worse"} for _, change in compared(trials, 6).changes())

    assert sum(map(calls, range(100))) <= 8


def record_of(blocks: int) -> CampaignRecord:
    return campaign(CELLS, blocks=blocks)


def test_names_are_those_of_the_applications_where_they_differ_and_else_the_cells() -> None:
    found = judge(record_of(2), slower(1.0, 2), (), A, B)
    assert (found.a.name, found.b.name) == ("base on uvicorn", "head on uvicorn")
    same = judge(record_of(2), slower(1.0, 2), (), A, TWIN)
    assert (same.a.name, same.b.name) == (A.id, TWIN.id)
