"""The use case behind `harness verify`: start the chosen cells, look at each in full, stop them."""

from collections.abc import Iterator
from pathlib import Path

from harness.campaign.cells.auditing import audit_of, audits, not_possible
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.preparation import Prepared, database_up, install
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Progress
from harness.campaign.session.surviving import needing, refuse_lost
from harness.model.asked.cell import Cell
from harness.model.notice import Failure
from harness.process.in_use import using
from harness.under_test.launch.launch import LiveServer, launched_together
from harness.under_test.verify.verification import Verification, verify_all

Outcome = Verification | Failure
"""What was found of a cell that came up, or why it did not."""


def verify_cells(project: Project, prepared: Prepared, workdir: Path, progress: Progress) -> Iterator[Outcome]:
    """What is found of each planned cell, as it is found. Logs and the database's files go to `workdir`."""
    with using(project.cache, "harness verify"):
        yield from _verify_cells(project, prepared, workdir, progress)


def _verify_cells(project: Project, prepared: Prepared, workdir: Path, progress: Progress) -> Iterator[Outcome]:
    for notice in prepared.record.notices:
        progress.noticed(notice)
    progress.step("Making the environments of the applications")
    pythons, faults = install(prepared, project.cache)
    planned = [cell for cell in prepared.record.plan.cells if not cell.twin]
    cells = [cell for cell in planned if cell.app in pythons]
    for cell in planned:
        for fault in faults:
            if fault.where == cell.app:
                yield Failure(cell=cell.id, phase="environment", reason=str(fault))
    with database_up(prepared, workdir, counting=True) as service, needing(service):
        if service and any(audits(prepared, cell) for cell in cells) and (unaudited := not_possible(service)):
            progress.noticed(unaudited)
        stage = Stage(project, prepared, pythons, workdir / "logs", service)
        for start in range(0, len(cells), GROUP_SIZE):
            group = cells[start : start + GROUP_SIZE]
            progress.step("Looking at " + ", ".join(cell.label for cell in group))
            with launched_together(stage.launches(group)) as (live, failures):
                if failures:
                    refuse_lost(service)
                yield from failures
                up = [cell for cell in group if cell.id in live]
                found = verify_all([stage.subject(cell, live[cell.id]) for cell in up], full=True)
                if not all(verification.passed for verification in found):
                    refuse_lost(service)
                for cell, verification in zip(up, found, strict=True):
                    yield _audited(stage, cell, live[cell.id], verification)


def _audited(stage: Stage, cell: Cell, server: LiveServer, verification: Verification) -> Verification:
    """What passed is audited too, where that can be, and then has the audit's faults."""
    possible = stage.service and stage.service.count
    if not (possible and verification.passed and audits(stage.prepared, cell)):
        return verification
    found = audit_of(stage, cell, server)
    audited = tuple(one.scenario for one in found.audited)
    return verification.model_copy(update={"faults": found.faults, "audited": audited})
