"""What blocks are measured with: everything that stays up, or stays the same, from block to block."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from harness.campaign.cells.stage import Stage
from harness.campaign.session.interrupt import Interrupt
from harness.campaign.session.phases import Phases
from harness.campaign.session.progress import Progress
from harness.campaign.session.surroundings import Surroundings
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.model.measured.campaign import Plan
from harness.model.measured.machine import Cores
from harness.store.folder import ResultsFolder


@dataclass(frozen=True)
class Bench:
    """The stage, the load driver, where records go, and what shows the progress.

    `null_rps`: what the driver does against a responder that does nothing, requests per second.
    """

    stage: Stage
    driver: LoadDriver
    folder: ResultsFolder
    progress: Progress
    phases: Phases
    interrupt: Interrupt
    null_rps: float | None
    surroundings: Surroundings | None = None

    @contextmanager
    def waiting(self, phase: str) -> Iterator[None]:
        """Time a phase in which an end that is asked for comes at once."""
        with self.phases.timed(phase), self.interrupt.waiting():
            yield

    @property
    def plan(self) -> Plan:
        return self.stage.prepared.record.plan

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        return self.stage.prepared.scenarios

    @property
    def cores(self) -> Cores:
        return self.stage.prepared.platform.cores
