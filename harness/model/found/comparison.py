"""What the analysis concludes from two campaigns; `harness compare` shows nothing else."""

from typing import Literal

from harness.model.asked.counting import Unit
from harness.model.asked.request import Level
from harness.model.found.ranking import League
from harness.model.notice import Notice
from harness.model.record import Record

ChangeVerdict = Literal["tied", "better", "worse", "unresolved"]


class Difference(Record):
    """A field in which two campaigns differ, with both values as text. `machine`: it is part of the fingerprint."""

    field: str
    before: str
    after: str
    machine: bool = False


class Change(Record):
    """The later campaign over the earlier one, 1 where nothing changed; no interval below two blocks in each."""

    ratio: float
    low: float | None
    high: float | None


class CellChange(Record):
    """One cell in two campaigns; `cell` is its id in the later one.

    `relative`: its ratio to the reference cell, later over earlier: what happened to the machine between the campaigns
    happened to both cells. None for the reference itself. `absolute`: its own rate, machine included. `rps_before`,
    `rps_after`: in the scenario's unit per second, geometric means over blocks. `verdict`: on `relative`; None for
    the reference.
    """

    cell: str
    app: str
    server: str
    tier: str
    league: League
    rps_before: float
    rps_after: float
    blocks_before: int
    blocks_after: int
    relative: Change | None
    absolute: Change
    verdict: ChangeVerdict | None


class NotCompared(Record):
    """A cell that has a figure in one campaign at most, and why. `lost`: it had one, and failed in the later one, or
    has none there although that was measured to its end."""

    cell: str
    app: str
    server: str
    reason: str
    lost: bool = False


class ScenarioComparison(Record):
    """Rows in the plan's order. `unit`: what their figures count. `floor`: changes up to this share of 1 are not
    called, as the reference's own twin differs by as much; None where it is not known. `void`: the twin was called
    changed; then nothing is claimed."""

    scenario: str
    title: str
    level: Level
    unit: Unit = "requests"
    rows: tuple[CellChange, ...]
    missing: tuple[NotCompared, ...] = ()
    floor: float | None = None
    void: bool = False


class Comparison(Record):
    """Two campaigns on equal terms. `before`, `after`: their ids, begun at `before_at`, `after_at` (Unix seconds).

    `delta`: the difference that matters, as a share of 1. `confidence`: of all relative intervals together.
    `differences`: what is not equal and does not forbid the comparison.
    """

    schema_version: Literal[1] = 1
    before: str
    after: str
    before_at: float
    after_at: float
    reference: str
    delta: float
    confidence: float
    scenarios: tuple[ScenarioComparison, ...]
    differences: tuple[Difference, ...] = ()
    notices: tuple[Notice, ...] = ()

    def verdicts(self, verdict: ChangeVerdict) -> tuple[tuple[str, CellChange], ...]:
        """(scenario id, row) of every cell with this verdict."""
        return tuple(
            (scenario.scenario, row) for scenario in self.scenarios for row in scenario.rows if row.verdict == verdict
        )

    @property
    def compared(self) -> bool:
        """Whether any cell beside the reference has figures in both campaigns."""
        return any(row.verdict is not None for scenario in self.scenarios for row in scenario.rows)

    @property
    def regressed(self) -> bool:
        """Whether a cell got worse, or has no figure any more."""
        lost = any(cell.lost for scenario in self.scenarios for cell in scenario.missing)
        return lost or bool(self.verdicts("worse"))
