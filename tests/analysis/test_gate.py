"""The gate: what it is asked, and when it fires."""

from math import exp

import numpy as np
import pytest

from harness.analysis.compare.comparison import compare
from harness.analysis.compare.gate import decided, exit_code, gate, gate_between, parse_fail_on
from harness.model.asked.gate import FailOn, Metric, Threshold
from harness.model.errors import ExitCode, UsageError
from harness.model.found.gate import GateOutcome
from harness.model.found.variants import MetricChange, ScenarioVariants, Variant, VariantComparison
from harness.model.notice import Failure
from tests.analysis.campaigns import LEVEL
from tests.analysis.test_comparison import CELLS, FAST, SLOW, measured
from tests.analysis.test_variants import CAMPAIGNS, SHARES, looked, metrics_of
from tests.stats.simulation import Noise


def compared(*changes: MetricChange, scenarios: int = 1) -> VariantComparison:
    return VariantComparison(
        campaign="made-up",
        a=Variant(cell="a", name="starlette 0.50"),
        b=Variant(cell="b", name="starlette 1.10"),
        delta=0.02,
        confidence=0.95,
        blocks=9,
        scenarios=tuple(
            ScenarioVariants(scenario=f"s{number}", title="S", level=LEVEL, metrics=changes)
            for number in range(scenarios)
        ),
    )


def change(metric: Metric, low: float, high: float, **fields: object) -> MetricChange:
    values = {"metric": metric, "ratio": (low * high) ** 0.5, "low": low, "high": high, "blocks": 9}
    return MetricChange.model_validate(values | fields)


def outcome(of: MetricChange, asked: str) -> GateOutcome:
    (check,) = gate(compared(of), parse_fail_on(asked).thresholds).checks
    return check.outcome


def test_thresholds_are_read_as_they_are_written() -> None:
    found = parse_fail_on("throughput:-5%, p99:+10%,CPU:+2.5%,memory:+200%")
    assert found == FailOn(
        thresholds=(
            Threshold(metric="throughput", share=-0.05),
            Threshold(metric="p99", share=0.1),
            Threshold(metric="cpu", share=0.025),
            Threshold(metric="memory", share=2.0),
        )
    )
    assert [one.text for one in found.thresholds] == ["throughput:-5%", "p99:+10%", "cpu:+2.5%", "memory:+200%"]


def test_all_that_is_wrong_is_said_at_once_with_what_is_allowed() -> None:
    with pytest.raises(UsageError) as caught:
        parse_fail_on("throughput:+5%,p98:+1%,cpu:3%,memory,p99:+0%,,cpu:+4%,throughput:-100%")
    said = str(caught.value)
    for fault in (
        "throughput:+5%: fewer requests per second are worse: write throughput:-5%",
        "p98:+1%: no such metric",
        "cpu:3%: more is worse: write cpu:+3%",
        "memory: not a metric and its threshold",
        "p99:+0%: a threshold lies above 0% and below 1000%",
        "nothing between two commas: not a metric and its threshold",
        "throughput:-100%: a threshold lies above 0% and below 100%",
        "cpu: given 2 times",
        "throughput: given 2 times",
    ):
        assert f"\n  {fault}" in said
    assert "name any of throughput, cpu, memory, p99" in said
    assert caught.value.exit_code == ExitCode.USAGE


def test_between_campaigns_regression_is_known_and_only_throughput_has_a_threshold() -> None:
    assert parse_fail_on("regression", between_campaigns=True) == FailOn(regression=True)
    both = parse_fail_on("regression,throughput:-5%", between_campaigns=True)
    assert (both.regression, [one.text for one in both.thresholds]) == (True, ["throughput:-5%"])
    with pytest.raises(UsageError, match="cpu: not compared between two campaigns; harness diff compares it"):
        parse_fail_on("cpu:+3%", between_campaigns=True)
    with pytest.raises(UsageError, match="regression: not a metric"):
        parse_fail_on("regression")


@pytest.mark.parametrize(
    ("of", "asked", "due"),
    [
        (change("throughput", 0.90, 0.94), "throughput:-5%", "fired"),
        (change("throughput", 0.90, 0.95), "throughput:-5%", "inconclusive"),
        (change("throughput", 0.94, 1.01), "throughput:-5%", "inconclusive"),
        (change("throughput", 0.95, 0.99), "throughput:-5%", "passed"),
        (change("throughput", 1.20, 1.30), "throughput:-5%", "passed"),
        (change("cpu", 1.04, 1.06), "cpu:+3%", "fired"),
        (change("cpu", 1.02, 1.06), "cpu:+3%", "inconclusive"),
        (change("cpu", 0.80, 1.03), "cpu:+3%", "passed"),
        (change("throughput", 0.80, 0.90, void=True), "throughput:-5%", "inconclusive"),
        (change("throughput", 0.80, 0.90, floor=0.2), "throughput:-5%", "inconclusive"),
        (MetricChange(metric="p99", reason="too few"), "p99:+10%", "inconclusive"),
        (MetricChange(metric="cpu", ratio=3.0), "cpu:+3%", "inconclusive"),
    ],
)
def test_a_check_fires_or_passes_only_where_the_whole_interval_says_so(
    of: MetricChange, asked: str, due: GateOutcome
) -> None:
    assert outcome(of, asked) == due


def test_a_metric_that_the_campaign_does_not_have_is_inconclusive_and_says_why() -> None:
    (check,) = gate(compared(change("throughput", 0.9, 0.94)), parse_fail_on("p99:+10%").thresholds).checks
    assert check.outcome == "inconclusive"
    assert check.change.reason == "the campaign measures no response times in this scenario"


def test_the_exit_code_is_4_where_any_fired_and_6_only_where_that_was_asked_for() -> None:
    good, bad, open_ = change("cpu", 0.99, 1.01), change("throughput", 0.9, 0.94), change("memory", 0.9, 1.3)
    asked = parse_fail_on("throughput:-5%,cpu:+3%,memory:+20%").thresholds
    fired = gate(compared(good, bad, open_), asked)
    assert (fired.outcome, exit_code(fired), exit_code(fired, fail_on_inconclusive=True)) == ("fired", 4, 4)
    unsure = gate(compared(good, change("throughput", 0.99, 1.01), open_), asked)
    assert (unsure.outcome, exit_code(unsure), exit_code(unsure, fail_on_inconclusive=True)) == ("inconclusive", 0, 6)
    passed = gate(compared(good), asked[1:2])
    assert (passed.outcome, exit_code(passed, fail_on_inconclusive=True)) == ("passed", 0)
    assert exit_code(gate(compared(good), ()), fail_on_inconclusive=True) == 0


def test_measuring_goes_on_until_every_threshold_is_decided_in_every_scenario() -> None:
    asked = parse_fail_on("throughput:-5%,cpu:+3%").thresholds
    sure, open_ = change("throughput", 0.97, 1.02), change("cpu", 0.9, 1.1)
    assert not decided(compared(sure, open_, scenarios=2), asked)
    assert decided(compared(sure, open_, scenarios=2), asked[:1])
    assert decided(compared(change("throughput", 0.9, 0.94), change("cpu", 0.9, 1.0)), asked)


def test_between_campaigns_the_cell_that_got_slower_fires_and_the_others_do_not() -> None:
    found = compare(measured("then", blocks=12), measured("now", seed=2, blocks=12, slow=0.8))
    result = gate_between(found, parse_fail_on("throughput:-5%", between_campaigns=True))
    assert {check.cell: check.outcome for check in result.checks} == {FAST.id: "passed", SLOW.id: "fired"}
    called = gate_between(found, FailOn(regression=True))
    assert {check.cell for check in called.checks if check.outcome == "fired"} == {SLOW.id}


def test_between_campaigns_a_cell_that_lost_its_figure_fires() -> None:
    failure = Failure(cell=SLOW.id, phase="start", reason="died")
    now = measured("now", seed=2, cells=CELLS, record={"failures": (failure,), "state": "finished"})
    result = gate_between(compare(measured("then"), now), parse_fail_on("throughput:-5%", between_campaigns=True))
    (lost,) = [check for check in result.checks if check.lost]
    assert (lost.cell, lost.outcome) == (SLOW.id, "fired")
    assert "died" in lost.change.reason


def ended(metrics: list[np.ndarray], thresholds: tuple[Threshold, ...], shift: float, blocks: int) -> list[int]:
    """The exit code of each simulated campaign that ends after so many blocks."""
    names: tuple[Metric, ...] = ("throughput", "cpu")
    codes = []
    for one in range(CAMPAIGNS):
        changes = []
        for name, values, share, by in zip(names, metrics, SHARES, (shift, -shift), strict=False):
            seen = looked(values[one, :blocks], share, by, 0.02)
            low, high = (exp(seen.difference + sign * seen.half_width) for sign in (-1, 1))
            changes.append(change(name, low, high, floor=exp(seen.floor or 0.0) - 1, void=seen.void))
        codes.append(int(exit_code(gate(compared(*changes), thresholds))))
    return codes


def test_at_5_percent_base_against_itself_does_not_fire_and_10_percent_slower_does() -> None:
    asked = parse_fail_on("throughput:-5%,cpu:+5%").thresholds
    metrics = metrics_of(9, Noise(restart_sd=0.01))
    assert ended(metrics, asked, 0.0, 9).count(4) == 0
    assert ended(metrics, asked, float(np.log(0.9)), 9).count(4) >= 0.95 * CAMPAIGNS
