"""The use case behind `harness serve`: one application up, as in a campaign."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.campaign.cells.installing import install
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Progress
from harness.model.asked.cell import labels
from harness.model.errors import UsageError
from harness.process.in_use import using
from harness.under_test.launch.launch import LiveServer, launched


@contextmanager
def serving(
    project: Project, prepared: Prepared, workdir: Path, port: int | None, progress: Progress
) -> Iterator[LiveServer]:
    """The only planned cell, live with its database, for the length of the with-block.

    Raises UsageError where the plan has several cells, TargetFailed where the server does not come up.
    """
    cells = [cell for cell in prepared.record.plan.cells if not cell.twin]
    if len(cells) != 1:
        raise UsageError(
            f"that means several: {', '.join(labels(cells).values())}", where="APP", mend="name one application"
        )
    for notice in prepared.record.notices:
        progress.noticed(notice)
    with using(project.cache, f"harness serve {cells[0].app}"):
        progress.step("Making its environment")
        pythons = install(prepared, project.cache)
        if fault := pythons.fault_of(cells[0]):
            raise fault
        progress.step("Starting the database and the server")
        with database_up(prepared, workdir) as service, upstream_up(prepared, workdir) as upstream:
            stage = Stage(project, prepared, pythons, workdir / "logs", service, upstream)
            (launch,) = stage.launches(cells)
            # Nothing is measured: the server may use every core it likes.
            with launched(dataclasses.replace(launch, port=port, cpus=())) as live:
                yield live
