"""The use case behind `harness capabilities`: start each cell, try what it can do, stop it."""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from harness.campaign.cells.installing import install
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.cells import NO_OPTION
from harness.campaign.plan.options import Exactly, Generator, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Progress
from harness.catalog.scenarios import find_scenarios
from harness.model.asked.cell import Cell, labels
from harness.model.errors import TargetFailed
from harness.model.found.capabilities import Capabilities, CapabilitiesFound
from harness.model.notice import Failure
from harness.process.in_use import using
from harness.under_test.launch.launch import as_failure
from harness.under_test.probing.cell import probe_cell

ALONE: Final = PlatformOptions(server_workers=(1,), threads=(1,))
"""How each cell is probed: what one worker with one thread can do is what the application and the server can."""


def to_probe(project: Project, selection: Selection) -> Prepared:
    """The cells to probe, each with one worker and one thread, and the scenarios that need no database: nothing is
    asked that reads one. Raises as `prepare` does."""
    scenarios = find_scenarios(project.scenarios, selection.scenario_folders)
    answered = tuple(one.id for one in scenarios if "database" not in one.manifest.needs)
    return prepare(
        project,
        RunOptions(
            selection=selection.model_copy(update={"scenarios": answered}),
            platform=ALONE,
            generator=Generator(waiting="block"),  # nothing is measured
        ),
    )


def cells_alike(cells: Sequence[Cell], selection: Selection) -> Selection:
    """A selection of the applications and servers of a campaign's cells, found where they were found."""
    pairs = dict.fromkeys((cell.app, cell.server) for cell in cells)
    exactly = tuple(Exactly(app=app, server=server) for app, server in pairs)
    folders = {"app_folders": selection.app_folders, "scenario_folders": selection.scenario_folders}
    return Selection(exactly=exactly, **folders)


def probe_cells(project: Project, prepared: Prepared, workdir: Path, progress: Progress) -> CapabilitiesFound:
    """What each planned cell can do. Logs go to `workdir`."""
    with using(project.cache, "harness capabilities"):
        found = tuple(_probed(project, prepared, workdir, progress))
    return CapabilitiesFound(
        cells=tuple(one for one in found if isinstance(one, Capabilities)),
        failures=tuple(one for one in found if isinstance(one, Failure)),
        ended_at=time.time(),
    )


def _probed(
    project: Project, prepared: Prepared, workdir: Path, progress: Progress
) -> Iterator[Capabilities | Failure]:
    for notice in prepared.record.notices:
        if notice.code != NO_OPTION["threads"]:  # nothing is compared here that it would matter for
            progress.noticed(notice)
    progress.step("Making the environments of the applications")
    pythons = install(prepared, project.cache)
    planned = [cell for cell in prepared.record.plan.cells if not cell.twin]
    names = labels(planned)
    with database_up(prepared, workdir) as service, upstream_up(prepared, workdir) as upstream:
        stage = Stage(project, prepared, pythons, workdir / "logs", service, upstream)
        for cell in planned:
            if fault := pythons.fault_of(cell):
                yield Failure(cell=cell.id, phase="environment", reason=str(fault))
                continue
            progress.step(f"Trying {names[cell.id]}")
            (launch,) = stage.launches([cell])
            try:
                yield probe_cell(launch, stage.scenarios_of(cell))
            except TargetFailed as failed:
                yield as_failure(cell, failed)
