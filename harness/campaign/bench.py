"""What blocks are measured with: everything that stays up, or stays the same, from block to block."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.campaign.interrupt import Interrupt
from harness.campaign.phases import Phases
from harness.campaign.progress import Progress
from harness.campaign.stage import Stage
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.model.campaign import Plan
from harness.model.machine import Cores
from harness.store.folder import ResultsFolder


@dataclass(frozen=True)
class Bench:
    """The stage, the load driver, and where what is measured goes and is told.

    `null_rps`: what the driver does against a responder that does nothing, requests a second.
    """

    stage: Stage
    driver: LoadDriver
    folder: ResultsFolder
    progress: Progress
    phases: Phases
    interrupt: Interrupt
    null_rps: float | None

    @property
    def plan(self) -> Plan:
        return self.stage.prepared.record.plan

    @property
    def generator_cores(self) -> int:
        """Cores that the generator can keep busy: a load process is one thread."""
        return self.plan.load_workers or self.plan.load_processes

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self.stage.prepared.scenarios

    @property
    def cores(self) -> Cores:
        return self.stage.prepared.ground.cores
