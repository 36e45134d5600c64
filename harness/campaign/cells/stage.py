"""What cells are started on: their applications, environments, cores, and the services they reach."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.cells.accounting import Counters
from harness.campaign.cells.installing import Pythons
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.catalog.scenarios import Scenario
from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.model.measured.campaign import CellFacts
from harness.process.owned import OwnedProcess
from harness.under_test.install.environments import distributions_of
from harness.under_test.install.metadata import requirements_of
from harness.under_test.launch.launch import Launch, LiveServer
from harness.under_test.launch.programs import versions_of
from harness.under_test.launch.readiness import Deadlines
from harness.under_test.launch.servers import SERVERS
from harness.under_test.services import LiveService, Namespace
from harness.under_test.services.upstream import CellsUpstream, LiveUpstream
from harness.under_test.verify.examiner import Subject


@dataclass(frozen=True)
class Stage:
    """`pythons`: each application's own interpreters; a cell that has none cannot be started.

    `logs`: the folder of the servers' logs. `service` is None where no scenario needs a database,
    `upstream` where none needs it.
    """

    project: Project
    prepared: Prepared
    pythons: Pythons
    logs: Path
    service: LiveService | None
    upstream: LiveUpstream | None = None

    @property
    def services(self) -> tuple[LiveService | LiveUpstream, ...]:
        """Those that are up."""
        return tuple(one for one in (self.service, self.upstream) if one)

    def processes_of(self, scenario: Scenario) -> tuple[OwnedProcess, ...]:
        """The processes of ours that work for the scenario beside the server."""
        up = {"database": self.service, "upstream": self.upstream}
        needed = (up[need] for need in scenario.manifest.needs)
        return tuple(one.process for one in needed if one and one.process)

    def scenarios_of(self, cell: Cell) -> tuple[Scenario, ...]:
        """The planned scenarios that the cell's application answers."""
        record, scenarios = self.prepared.record, self.prepared.scenarios
        return tuple(one for name, one in scenarios.items() if not record.why_not(cell.app, cell.server, name))

    def launches(self, cells: Sequence[Cell]) -> list[Launch]:
        """What it takes to start the cells here."""
        return [self._launch(cell) for cell in cells]

    def _launch(self, cell: Cell) -> Launch:
        # A start ends with the first answer to the first request of the first scenario.
        scenarios = self.scenarios_of(cell)
        return Launch(
            cell=cell,
            application=self.prepared.applications[cell.app],
            python=self.pythons.of(cell),
            log=self.logs / f"{cell.id}.log",
            shared=self.project.apps / "_shared",
            database_url=tables.url if (tables := self.tables_of(cell)) else None,
            upstream_url=own.url if (own := self.upstream_of(cell)) else None,
            pool_size=self.prepared.record.plan.pool_of(cell),
            threads=cell.threads or USUAL_THREADS,
            cpus=self.prepared.platform.cores.server,
            host=self.prepared.record.plan.target_host,
            probe=scenarios[0].probe,
            deadlines=self._deadlines(cell),
            before=tuple(step for scenario in scenarios for step in scenario.manifest.before),
        )

    def _deadlines(self, cell: Cell) -> Deadlines:
        """As asked for on the command line, else in the manifest."""
        asked = self.prepared.record.plan.start_timeout_s
        seconds = asked or self.prepared.applications[cell.app].manifest.start_timeout_s
        return Deadlines.within(seconds) if seconds else Deadlines()

    def tables_of(self, cell: Cell) -> Namespace | None:
        """The tables the cell has for itself; None where no scenario needs a database."""
        return self.service.namespace(cell.id) if self.service else None

    def upstream_of(self, cell: Cell) -> CellsUpstream | None:
        """The upstream under the cell's own name; None where no scenario needs it."""
        return self.upstream.of_cell(cell.id) if self.upstream else None

    def counters_of(self, cells: Iterable[Cell]) -> dict[str, tuple[Counters, ...]]:
        """What counts each cell's requests to services, by the cell's id: its tables, where the database counts, and
        the upstream. A cell without any is left out."""
        services = {cell.id: (self.tables_of(cell), self.upstream_of(cell)) for cell in cells}
        found = {id_: tuple(one.counts for one in own if one and one.counts) for id_, own in services.items()}
        return {id_: counts for id_, counts in found.items() if counts}

    def subject(self, cell: Cell, server: LiveServer) -> Subject:
        """What the verifier looks at."""
        return Subject(server.target, self.scenarios_of(cell), self.tables_of(cell), self.upstream_of(cell))

    def facts_of(self, cell: Cell, server: LiveServer) -> CellFacts:
        """What a live cell is, as far as it can be seen."""
        application = self.prepared.applications[cell.app]
        own = application.own_runs_in_environment and not server.identities
        return CellFacts(
            command=server.command,
            identity=server.identities[0] if server.identities else None,
            lock_sha256=self.prepared.record.locks.get(cell.app),
            programs=dict(versions_of(application.manifest)),
            distributions=dict(distributions_of(self.pythons.of(cell))) if own else {},
            requirements=dict(self._requirements_of(cell)),
        )

    def _requirements_of(self, cell: Cell) -> Mapping[str, tuple[str, ...]]:
        """Of the cell's framework and server; nothing where the application has no environment of its own."""
        names = (self.prepared.applications[cell.app].manifest.uses.framework, SERVERS[cell.server].distribution)
        locked = cell.app in self.prepared.record.locks
        return requirements_of(self.pythons.of(cell), filter(None, names)) if locked else {}
