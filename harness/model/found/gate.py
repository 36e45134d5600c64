"""What a gate may be asked, and how it decided."""

from typing import Literal

from harness.model.found.variants import Metric
from harness.model.record import Record

GateOutcome = Literal["fired", "passed", "inconclusive"]


class Threshold(Record):
    """By how much a metric may change: `share` of 1, below 0 for throughput, above 0 for all others."""

    metric: Metric
    share: float

    @property
    def text(self) -> str:
        """As it was asked for: throughput:-5%."""
        return f"{self.metric}:{100 * self.share:+g}%"


class GateCheck(Record):
    """One threshold held against one metric. `threshold`: None where anything that is called worse fires.

    `subject`: what changed, where there is more than one. `ratio`, `low`, `high`: as in the comparison. `outcome`:
    `fired` only where the whole interval lies beyond the threshold, `passed` where all of it lies within. `words`: all
    that in one line; text of others stands in `subject`, `scenario` and `reason` alone.
    """

    metric: Metric
    scenario: str
    threshold: Threshold | None
    outcome: GateOutcome
    words: str
    subject: str = ""
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""


class GateResult(Record):
    """Every threshold in every scenario."""

    checks: tuple[GateCheck, ...]

    @property
    def outcome(self) -> GateOutcome:
        """`fired` where any check fired; else `inconclusive` where any is, or where there is none."""
        found = {check.outcome for check in self.checks}
        if "fired" in found:
            return "fired"
        return "passed" if found == {"passed"} else "inconclusive"
