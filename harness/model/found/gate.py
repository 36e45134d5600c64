"""How a gate decided."""

from typing import Literal

from harness.model.asked.gate import Threshold
from harness.model.found.variants import MetricChange
from harness.model.record import Record

GateOutcome = Literal["fired", "passed", "inconclusive"]


class GateCheck(Record):
    """One threshold held against one metric of one scenario. `threshold`: None where anything called worse fires.

    `cell`: what changed, by the id of its cell, where there is more than one; empty for B against A. `outcome`: `fired`
    only where the whole interval lies beyond the threshold, `passed` where all of it lies within. `lost`: it had a
    figure before, and has none now; `change.reason` says why.
    """

    scenario: str
    change: MetricChange
    threshold: Threshold | None
    outcome: GateOutcome
    cell: str = ""
    lost: bool = False


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
