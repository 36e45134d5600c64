"""Do answers come from the database? A step of its own: its statement counters are never loaded while measuring."""

import dataclasses
from collections.abc import Sequence

from harness.campaign.cells.installing import Pythons
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.preparation import Prepared
from harness.campaign.session.interrupt import Interrupt
from harness.campaign.session.progress import Progress
from harness.campaign.session.recording import Recorder
from harness.campaign.session.surviving import needing, refuse_lost
from harness.model.asked.application import Interface
from harness.model.asked.cell import Cell
from harness.model.notice import Failure, Notice
from harness.under_test.launch.launch import LiveServer, launched_together
from harness.under_test.launch.servers import SERVERS
from harness.under_test.services import LiveService
from harness.under_test.verify.audit import AuditOfCell, audit
from harness.under_test.verify.verification import Verification, failure_of, verify_all


def audits(prepared: Prepared, cell: Cell) -> bool:
    """Whether a planned scenario of the cell says what its requests must do to the database."""
    answered = prepared.applications[cell.app].manifest.scenarios
    return any(one.manifest.audit and one.id in answered for one in prepared.scenarios.values())


def not_possible(service: LiveService) -> Notice | None:
    """That nothing can be audited here, and why; None where it can."""
    if service.count:
        return None
    return Notice(
        code="audit-not-possible",
        seen=f"whether every answer comes from the database was not audited: {service.uncounted}",
        mend="PostgreSQL can be audited; a given server needs pg_stat_statements loaded and created in its database",
    )


def audit_of(stage: Stage, cell: Cell, server: LiveServer) -> AuditOfCell:
    """Audit a live cell. Nothing else may use the database meanwhile, and it must count."""
    assert stage.service is not None
    assert stage.service.count is not None
    return audit(stage.subject(cell, server), stage.service.count)


def audit_cells(
    stage: Stage, cells: Sequence[Cell], recorder: Recorder, *, progress: Progress, interrupt: Interrupt
) -> None:
    """Audit the cells on a database that counts and is gone afterwards, not the stage's own. A fault fails the cell."""
    progress.step("Auditing what reaches the database")
    work = recorder.folder.work
    with (
        database_up(stage.prepared, work, counting=True) as service,
        upstream_up(stage.prepared, work) as upstream,
    ):
        assert service is not None, "a scenario with an audit needs a database"
        for notice in _notices(stage.prepared, service):
            progress.noticed(notice)
            recorder.notice([notice])
        counting = dataclasses.replace(stage, service=service, upstream=upstream)
        with needing(counting.services):
            for start in range(0, len(cells) if service.count else 0, GROUP_SIZE):
                if not interrupt.asked:
                    _audit_group(counting, cells[start : start + GROUP_SIZE], recorder, progress, interrupt)


def _notices(prepared: Prepared, service: LiveService) -> list[Notice]:
    if unaudited := not_possible(service):
        return [unaudited]
    if prepared.platform.database_url is None:
        return []
    seen = "the given database counts statements while it is measured too, which costs each of them a little"
    return [Notice(code="counters-loaded", seen=seen, mend="measure without pg_stat_statements, or on a private one")]


def cells_to_audit(prepared: Prepared, pythons: Pythons, recorder: Recorder) -> list[Cell]:
    """One cell of each application and interface that can be started and has something to audit that was not yet: on
    another server of the same interface the same code asks the database."""
    failed = recorder.failed_cells()
    cells = recorder.record.plan.cells
    audited = {code_of(cell) for cell in cells if cell.id in recorder.record.audits}
    chosen: dict[tuple[str, Interface], Cell] = {}
    for cell in cells:
        if pythons.has(cell) and cell.id not in failed and audits(prepared, cell):
            chosen.setdefault(code_of(cell), cell)
    return [cell for code, cell in chosen.items() if code not in audited]


def code_of(cell: Cell) -> tuple[str, Interface]:
    """What tells which code of an application a cell runs: one may have another for each interface."""
    return cell.app, SERVERS[cell.server].interface


def _audit_group(
    stage: Stage, cells: Sequence[Cell], recorder: Recorder, progress: Progress, interrupt: Interrupt
) -> None:
    with launched_together(stage.launches(cells)) as (live, failures):
        _fail(failures, stage, recorder, progress)
        up = [cell for cell in cells if cell.id in live]
        # What is plainly wrong is reported as that: an audit presumes right answers.
        looked_at = verify_all([stage.subject(cell, live[cell.id]) for cell in up], full=False)
        for cell, verification in zip(up, looked_at, strict=True):
            _fail(_failures("verify", verification, live[cell.id]), stage, recorder, progress)
            if verification.passed and not interrupt.asked:
                found = audit_of(stage, cell, live[cell.id])
                recorder.update(audits=recorder.record.audits | {cell.id: found.audited})
                _fail(_failures("audit", found, live[cell.id]), stage, recorder, progress)


def _failures(phase: str, found: Verification | AuditOfCell, server: LiveServer) -> list[Failure]:
    return [failure_of(found.cell, phase, found.faults, server.process.log_tail())] if found.faults else []


def _fail(failures: Sequence[Failure], stage: Stage, recorder: Recorder, progress: Progress) -> None:
    """What fails a cell fails those that run its code; one that does not start says nothing about other servers."""
    if failures:
        refuse_lost(stage.services)
    cells = {cell.id: cell for cell in recorder.record.plan.cells}
    for failure in failures:
        progress.failed(failure)
        own = cells[failure.cell]
        alike = [cell for cell in cells.values() if code_of(cell) == code_of(own)]
        twins = [cell for cell in alike if cell.is_or_repeats(own)]
        failing = alike if failure.phase == "audit" else twins
        recorder.fail([failure.model_copy(update={"cell": cell.id}) for cell in failing])
