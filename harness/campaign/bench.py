"""What blocks are measured with: everything that stays up, or stays the same, from block to block."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.interrupt import Interrupt
from harness.campaign.phases import Phases
from harness.campaign.progress import Progress
from harness.catalog.applications import Application
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.model.campaign import Plan
from harness.model.cell import Cell
from harness.model.machine import Cores
from harness.store.folder import ResultsFolder
from harness.target.services import LiveService


@dataclass(frozen=True)
class Bench:
    """`pythons` holds each application's own interpreter. `service` is None where no scenario needs a database."""

    plan: Plan
    applications: Mapping[str, Application]
    scenarios: Mapping[str, Scenario]
    pythons: Mapping[str, Path]
    cores: Cores
    service: LiveService | None
    driver: LoadDriver
    folder: ResultsFolder
    progress: Progress
    phases: Phases
    interrupt: Interrupt

    def scenarios_of(self, cell: Cell) -> tuple[Scenario, ...]:
        """The planned scenarios that the cell's application answers."""
        answered = self.applications[cell.app].manifest.scenarios
        return tuple(self.scenarios[scenario.id] for scenario in self.plan.scenarios if scenario.id in answered)
