"""What profiles are taken with, and a server driven for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.block.driving import refuse_wrong
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.planning import closed_slice, warm_up_of
from harness.campaign.session.surviving import refuse_ended
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import Plan
from harness.model.measured.load import Slice, SliceRecord
from harness.under_test.launch.launch import LiveServer


@dataclass(frozen=True)
class Bench:
    """`folder`: for the profiler's own files. `stretch_s`: how long a cell is driven with the profiler in each block,
    and three quarters of it without."""

    stage: Stage
    driver: LoadDriver
    scenario: Scenario
    folder: Path
    stretch_s: float

    @property
    def plan(self) -> Plan:
        return self.stage.prepared.record.plan


def warm(bench: Bench, cell: Cell, server: LiveServer) -> float | None:
    """Drive a server that has just been started; its pace in requests per second, None where it answered none."""
    [slice_] = warm_up_of(bench.plan, [cell], bench.scenario.manifest)
    return drive(bench, server, slice_.model_copy(update={"target": server.target.cell})).pace or None


def of_length(bench: Bench, server: LiveServer, pace: float | None, length_s: float) -> Slice:
    """A slice of the server, so long or longer."""
    return closed_slice(bench.plan, server.target.cell, bench.scenario.manifest, pace, shortest_s=length_s)


def drive(bench: Bench, server: LiveServer, wanted: Slice) -> SliceRecord:
    """Raises TargetFailed where the server answers wrongly or not at all, HarnessError where the database ended."""
    [record] = bench.driver.drive([wanted])
    refuse_ended(bench.stage.services)
    refuse_wrong(record, server)
    return record


def rate(records: Sequence[SliceRecord]) -> float:
    """Requests per second; not 0, though nothing was answered."""
    return max(sum(one.completions for one in records), 1) / sum(one.duration_s for one in records)
