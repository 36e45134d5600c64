"""The gate: thresholds as they are asked for, and what a comparison says of each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from harness.model.asked.gate import FailOn, Metric, Threshold
from harness.model.errors import ExitCode, UsageError
from harness.model.found.comparison import CellChange, ChangeVerdict, Comparison, ScenarioComparison
from harness.model.found.gate import GateCheck, GateOutcome, GateResult
from harness.model.found.variants import MetricChange, ScenarioVariants, VariantComparison

EXAMPLES: Final = {
    False: "--fail-on 'throughput:-5%,p99:+10%,cpu:+3%,memory:+20%'",
    True: "--fail-on regression or --fail-on throughput:-5%",
}
"""By whether two campaigns are compared."""
REGRESSION: Final = "regression"
BETWEEN_CAMPAIGNS: Final[tuple[Metric, ...]] = ("throughput",)
"""What is compared from one campaign to another: the other metrics need both variants in one campaign."""
MOST: Final = 1000
"""Percent of a threshold."""
_FORM: Final = re.compile(r"^([a-z0-9]+):([+-]?)(\d+(?:\.\d+)?)%$")
_ABSENT: Final[Mapping[Metric, str]] = {
    "throughput": "not measured",
    "cpu": "this machine does not report CPU time",
    "memory": "this machine does not report memory",
    "p99": "the campaign measures no response times in this scenario",
}


def parse_fail_on(text: str, *, between_campaigns: bool = False) -> FailOn:
    """`throughput:-5%,p99:+10%`; of two campaigns `regression` and thresholds of throughput.

    Raises UsageError with all that is wrong at once.
    """
    parts = [part.strip().lower() for part in text.split(",")]
    words = {REGRESSION} if between_campaigns else set()
    faults = [f"{part or 'nothing between two commas'}: {why}" for part in parts if (why := _fault(part, words))]
    names = [part.partition(":")[0] for part in parts]
    faults += [
        f"{name}: given {names.count(name)} times" for name in dict.fromkeys(names) if name and names.count(name) > 1
    ]
    if between_campaigns:
        faults += _not_between_campaigns(parts)
    if faults:
        known = ", ".join([*sorted(words), *(BETWEEN_CAMPAIGNS if between_campaigns else get_args(Metric))])
        example = EXAMPLES[between_campaigns]
        raise UsageError(
            "\n  ".join(["it cannot be understood:", *faults]),
            where="--fail-on",
            mend=f"name any of {known}, each with its threshold, as in {example}",
        )
    found = [_FORM.match(part) for part in parts]
    return FailOn(thresholds=tuple(_threshold(match) for match in found if match), regression=REGRESSION in parts)


def _fault(part: str, words: set[str]) -> str:
    """What is wrong with one part; empty where nothing is."""
    if part in words:
        return ""
    match = _FORM.match(part)
    if not match:
        return "not a metric and its threshold"
    metric, sign, percent = match.groups()
    if metric not in get_args(Metric):
        return "no such metric"
    due = _sign(metric)
    if sign != due:
        worse = "fewer requests per second are" if due == "-" else "more is"
        return f"{worse} worse: write {metric}:{due}{percent}%"
    most = 100 if due == "-" else MOST
    return "" if 0 < float(percent) < most else f"a threshold lies above 0% and below {most}%"


def _sign(metric: str) -> str:
    return "-" if metric == "throughput" else "+"


def _not_between_campaigns(parts: Sequence[str]) -> Iterator[str]:
    for part in parts:
        if (name := part.partition(":")[0]) in set(get_args(Metric)) - set(BETWEEN_CAMPAIGNS):
            yield f"{name}: not compared between two campaigns; harness diff compares it inside one"


def _threshold(match: re.Match[str]) -> Threshold:
    metric, sign, percent = match.groups()
    (known,) = (one for one in get_args(Metric) if one == metric)
    return Threshold(metric=known, share=float(sign + percent) / 100)


def gate(comparison: VariantComparison, thresholds: Sequence[Threshold]) -> GateResult:
    """Every threshold in every scenario. A check fires only where the whole interval lies beyond its threshold, and
    passes where all of it lies within; void metrics and those without a figure are inconclusive."""
    return GateResult(
        checks=tuple(_check(scenario, threshold) for scenario in comparison.scenarios for threshold in thresholds)
    )


def decided(comparison: VariantComparison, thresholds: Sequence[Threshold]) -> bool:
    """Whether measuring may end: no check is inconclusive. Ask with a comparison of usual looks only."""
    return all(check.outcome != "inconclusive" for check in gate(comparison, thresholds).checks)


def exit_code(result: GateResult, *, fail_on_inconclusive: bool = False) -> ExitCode:
    """Regression where any check fired; inconclusive only where that was asked for."""
    if result.outcome == "fired":
        return ExitCode.REGRESSION
    open_ = result.outcome == "inconclusive" and bool(result.checks)
    return ExitCode.INCONCLUSIVE if open_ and fail_on_inconclusive else ExitCode.OK


def _check(scenario: ScenarioVariants, threshold: Threshold) -> GateCheck:
    change = next((one for one in scenario.metrics if one.metric == threshold.metric), None)
    change = change or MetricChange(metric=threshold.metric, reason=_ABSENT[threshold.metric])
    return _held(scenario.scenario, change, threshold)


def _held(scenario: str, change: MetricChange, threshold: Threshold) -> GateCheck:
    return GateCheck(scenario=scenario, change=change, threshold=threshold, outcome=_outcome(change, threshold))


def _outcome(change: MetricChange, threshold: Threshold) -> GateOutcome:
    if change.void or change.ratio is None or change.low is None or change.high is None:
        return "inconclusive"
    limit = 1 + threshold.share
    beyond = change.high < limit if threshold.share < 0 else change.low > limit
    within = change.low >= limit if threshold.share < 0 else change.high <= limit
    if beyond and _above_the_floor(change.ratio, change.floor):
        return "fired"
    return "passed" if within else "inconclusive"


def _above_the_floor(ratio: float, floor: float | None) -> bool:
    return max(ratio, 1 / ratio) > 1 + (floor or 0.0)


def gate_between(comparison: Comparison, asked: FailOn) -> GateResult:
    """The same of two campaigns: each cell's ratio to the reference, later over earlier. A cell that lost its figure
    fires."""
    wanted = (*([None] if asked.regression else []), *asked.thresholds)
    return GateResult(
        checks=tuple(
            check
            for scenario in comparison.scenarios
            for threshold in wanted
            for check in _checks_between(scenario, threshold)
        )
    )


def _checks_between(scenario: ScenarioComparison, threshold: Threshold | None) -> Iterator[GateCheck]:
    for row in scenario.rows:
        if (change := change_of(scenario, row)) is not None:
            made = (
                _worse(scenario.scenario, change) if threshold is None else _held(scenario.scenario, change, threshold)
            )
            yield made.model_copy(update={"cell": row.cell})
    for cell in scenario.missing:
        if cell.lost:
            yield GateCheck(
                scenario=scenario.scenario,
                change=MetricChange(metric="throughput", unit=scenario.unit, reason=cell.reason),
                threshold=threshold,
                outcome="fired",
                cell=cell.cell,
                lost=True,
            )


def change_of(scenario: ScenarioComparison, row: CellChange) -> MetricChange | None:
    """A cell's change between two campaigns in the words of two variants; None of the reference."""
    if row.relative is None or row.verdict is None:
        return None
    return MetricChange(
        metric="throughput",
        unit=scenario.unit,
        verdict=row.verdict,
        a=row.rps_before,
        b=row.rps_after,
        ratio=row.relative.ratio,
        low=row.relative.low,
        high=row.relative.high,
        blocks=min(row.blocks_before, row.blocks_after),
        floor=scenario.floor,
        void=scenario.void,
    )


def _worse(scenario: str, change: MetricChange) -> GateCheck:
    """Whether it was called worse."""
    outcomes: dict[ChangeVerdict, GateOutcome] = {"worse": "fired", "unresolved": "inconclusive"}
    outcome = outcomes.get(change.verdict, "passed")
    return GateCheck(scenario=scenario, change=change, threshold=None, outcome=outcome)
