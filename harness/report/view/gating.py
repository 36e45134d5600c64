"""A gate in words, and the table that all of its outputs are made from; nothing of it depends on who reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.analysis.compare.gate import change_of
from harness.model.asked.gate import Metric, Threshold
from harness.model.found.comparison import Comparison
from harness.model.found.gate import GateCheck, GateOutcome, GateResult
from harness.model.found.variants import MetricChange, VariantComparison
from harness.report.view.variants import between, changed, longer, titled, value, verdict

SAID: Final[dict[GateOutcome, str]] = {
    "fired": "beyond the threshold",
    "passed": "within the threshold",
    "inconclusive": "not decided against the threshold",
}
HEADLINES: Final[dict[GateOutcome, str]] = {
    "fired": "The gate fired",
    "passed": "The gate passed",
    "inconclusive": "The gate is inconclusive",
}


@dataclass(frozen=True)
class Row:
    """One metric of one scenario. `scenario`, `subject` and `reason` (why there is no figure) may be text of others;
    the rest never is. `ahead`: how much more measuring would decide it."""

    scenario: str
    subject: str
    metric: str
    before: str
    after: str
    change: str
    interval: str
    verdict: str
    ahead: str
    reason: str
    checks: tuple[GateCheck, ...]

    @property
    def outcome(self) -> GateOutcome | None:
        """Of all its checks; None without a threshold."""
        return GateResult(checks=self.checks).outcome if self.checks else None


@dataclass(frozen=True)
class Judged:
    """What a gate decided, with all figures beside it. `names`: of A and B; text of others. `basis`: what the intervals
    rest on. `outcome`: None where nothing was asked."""

    campaign: str
    names: tuple[str, str]
    rows: tuple[Row, ...]
    basis: str
    outcome: GateOutcome | None


def said(check: GateCheck) -> str:
    """One line without text of others: requests per second: -6.2 % (-7.1 % to -5.3 %): beyond the threshold of -5 %."""
    change, threshold = check.change, check.threshold
    if check.lost:
        return "it had a figure before, and has none now"
    figure = f"{changed(change)} ({between(change)})" if not _nothing(change) else _why(change)
    figure = f"{titled(change)}: {figure}"
    if threshold is None:
        return f"{figure}: {change.verdict}"
    return f"{figure}: {SAID[check.outcome]} of {asked_for(threshold)}"


def _nothing(change: MetricChange) -> bool:
    return change.void or change.low is None or change.high is None


def _why(change: MetricChange) -> str:
    return "A was called different from its own twin" if change.void else "no interval"


def asked_for(threshold: Threshold) -> str:
    """-5 %, +2.5 %."""
    return f"{100 * threshold.share:+g} %"


def headline(judged: Judged) -> str:
    """The gate fired: 1 of 4 thresholds."""
    if judged.outcome is None:
        return "No threshold was asked for"
    checks = [check for row in judged.rows for check in row.checks]
    counts = sum(check.outcome == judged.outcome for check in checks)
    of = f": {counts} of {len(checks)} threshold{'' if len(checks) == 1 else 's'}" if checks else ""
    return HEADLINES[judged.outcome] + of


def of_variants(found: VariantComparison, result: GateResult) -> Judged:
    """B against A in one campaign."""
    changes = {(scenario.scenario, one.metric): one for scenario, one in found.changes()}
    changes |= {(check.scenario, check.change.metric): check.change for check in result.checks}
    rows = [
        _row(scenario, "", change, _of(result, scenario, "", metric)) for (scenario, metric), change in changes.items()
    ]
    basis = f"{found.blocks} blocks; the intervals hold together at {found.confidence:.0%}"
    return Judged(found.campaign, (found.a.name, found.b.name), tuple(rows), basis, _outcome(result))


def of_campaigns(found: Comparison, result: GateResult, called: Mapping[str, str]) -> Judged:
    """Each cell of the later campaign against the earlier one, as its ratio to the reference. `called`: the name of
    each cell of either campaign."""
    basis = (
        "each configuration's ratio to the reference, the later campaign over the earlier one; the intervals hold"
        f" together at {found.confidence:.0%}"
    )
    return Judged(
        found.after, (found.before, found.after), tuple(_between(found, result, called)), basis, _outcome(result)
    )


def _between(found: Comparison, result: GateResult, called: Mapping[str, str]) -> Iterator[Row]:
    for scenario in found.scenarios:
        for row in scenario.rows:
            if (change := change_of(scenario, row)) is not None:
                checks = _of(result, scenario.scenario, row.cell, change.metric)
                yield _row(scenario.scenario, called[row.cell], change, checks)
        for cell in scenario.missing:
            change = MetricChange(metric="throughput", unit=scenario.unit, reason=cell.reason)
            checks = _of(result, scenario.scenario, cell.cell, change.metric)
            yield _row(scenario.scenario, called[cell.cell], change, checks)


def _of(result: GateResult, scenario: str, cell: str, metric: Metric) -> tuple[GateCheck, ...]:
    wanted = (scenario, cell, metric)
    return tuple(one for one in result.checks if (one.scenario, one.cell, one.change.metric) == wanted)


def _outcome(result: GateResult) -> GateOutcome | None:
    return result.outcome if result.checks else None


def _row(scenario: str, subject: str, change: MetricChange, checks: Sequence[GateCheck]) -> Row:
    return Row(
        scenario=scenario,
        subject=subject,
        metric=titled(change),
        before=value(change.metric, change.a),
        after=value(change.metric, change.b),
        change=changed(change),
        interval=between(change),
        verdict=verdict(change),
        ahead="" if change.reason else longer(change, None),
        reason=change.reason,
        checks=tuple(checks),
    )


def thresholds_of(row: Row) -> str:
    """fired (-5 %); empty without a threshold."""
    return ", ".join(
        f"{check.outcome} ({asked_for(check.threshold) if check.threshold else 'regression'})" for check in row.checks
    )
