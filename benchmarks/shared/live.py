"""The project's own servers, live and driven directly: what a campaign does, without its blocks."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.campaign.block.driving import refuse_wrong
from harness.campaign.cells.installing import Pythons, install
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import RunOptions
from harness.campaign.plan.planning import closed_slice, warm_up_of
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.load.driver import LoadDriver, LocustDriver
from harness.measure.pinning import pinned
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import TargetFailed
from harness.model.measured.campaign import Plan
from harness.model.measured.load import LoadScenario, Slice, SliceRecord
from harness.model.notice import Failure
from harness.under_test.launch.launch import Launch, LiveServer, launched_together
from shared.networks import Host, inside


@dataclass(frozen=True)
class Live:
    """Servers by cell id, all up together, warm, and driven one at a time in one scenario."""

    plan: Plan
    servers: Mapping[str, LiveServer]
    driver: LoadDriver
    paces: Mapping[str, float]
    launches: Sequence[Launch]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return self.plan.cells

    @property
    def scenario(self) -> ScenarioManifest:
        return self.plan.scenarios[0]

    def slice(self, cell: Cell, length_s: float | None = None) -> Slice:
        """A slice of the cell; of the length a campaign would give it where none is said."""
        usual = closed_slice(self.plan, cell.id, self.scenario, self.paces.get(cell.id), counted=True)
        return usual.model_copy(update={"length_s": length_s}) if length_s else usual

    def drive(self, slices: Sequence[Slice]) -> Sequence[SliceRecord]:
        """Drive the slices in the order given. Raises TargetFailed for a server that answers wrongly or not at all."""
        records = self.driver.drive(slices)
        for record in records:
            refuse_wrong(record, self.servers[record.target])
        return records


def log_rate(record: SliceRecord) -> float:
    """log(requests per second); a counted stretch without an answer counts as half a one, as in a campaign."""
    return math.log(max(record.completions, 0.5) / record.duration_s)


def installed(options: RunOptions) -> tuple[Project, Prepared, Pythons]:
    """What `options` make of the project, and the pythons of its applications. Raises HarnessError."""
    project = Project.here()
    prepared = prepare(project, options)
    pythons = install(prepared, project.cache)
    for fault in pythons.faults.values():
        raise fault
    return project, prepared, pythons


@contextmanager
def live_cells(options: RunOptions) -> Iterator[Live]:
    """Every cell of the plan that `options` make, for the length of the with-block; one scenario without a database.

    Raises HarnessError where an environment cannot be made or a server does not come up.
    """
    with live_on(options, [None]) as [live]:
        yield live


@contextmanager
def live_on(options: RunOptions, networks: Sequence[tuple[Host, Host] | None]) -> Iterator[list[Live]]:
    """The same on each of several networks: servers on the first of two hosts and the generator on the second, or both
    on loopback. Raises HarnessError, as `live_cells`."""
    project, prepared, pythons = installed(options)
    with ExitStack() as stack:
        logs = Path(stack.enter_context(TemporaryDirectory(prefix="harness-benchmark-")))
        found = []
        for number, hosts in enumerate(networks):
            stage = Stage(project, prepared, pythons, logs / str(number), None)
            stage.logs.mkdir()
            found.append(stack.enter_context(_live(stage, hosts)))
        stack.enter_context(pinned(prepared.platform.cores.generator))
        yield found


@contextmanager
def _live(stage: Stage, hosts: tuple[Host, Host] | None) -> Iterator[Live]:
    plan = stage.prepared.record.plan
    launches = stage.launches(plan.cells)
    if hosts:
        launches = [replace(launch, host=hosts[0].address) for launch in launches]
    with ExitStack() as stack:
        with inside(hosts[0]) if hosts else nullcontext():
            servers, failures = stack.enter_context(launched_together(launches))
        if failures:
            raise _failed(failures[0])
        with inside(hosts[1]) if hosts else nullcontext():
            driver = LocustDriver(cpus=stage.prepared.platform.cores.generator, log=stage.logs / "load.log")
            stack.enter_context(driver)
        driver.prepare([server.target for server in servers.values()], _scenarios(stage.prepared))
        warm = driver.drive(warm_up_of(plan, plan.cells, plan.scenarios[0]))
        yield Live(plan, servers, driver, {record.target: record.pace for record in warm}, launches)


def _scenarios(prepared: Prepared) -> list[LoadScenario]:
    return [scenario.for_driver for scenario in prepared.scenarios.values()]


def _failed(failure: Failure) -> TargetFailed:
    return TargetFailed(
        f"{failure.reason}\n{failure.log_tail}".strip(),
        phase=failure.phase,
        where=failure.cell,
        mend="see what is missing with: .venv/bin/harness doctor",
    )
