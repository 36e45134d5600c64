"""The use case behind `harness verify`: start the chosen cells, look at each in full, stop them, and read what their
tables counted."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.campaign.cells.accounting import Ledger, counters_lost, fault_of_account, not_counted, short, was_reset
from harness.campaign.cells.auditing import audit_of, audits, not_possible
from harness.campaign.cells.installing import install
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import Generator, PlatformOptions, RunOptions, Selection
from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Progress
from harness.campaign.session.surviving import needing, refuse_lost
from harness.model.asked.cell import Cell, labels
from harness.model.notice import Failure
from harness.process.in_use import using
from harness.under_test.launch.launch import LiveServer, launched_together
from harness.under_test.verify.verification import Verification, verify_all

Outcome = Verification | Failure
"""What was found of a cell that came up, or why it did not."""


def to_verify(project: Project, selection: Selection, platform: PlatformOptions) -> Prepared:
    """What is selected, in every scenario that it answers. Raises UsageError for filters, EnvironmentRefused for what
    the machine lacks."""
    nothing_is_measured = Generator(waiting="block")
    options = RunOptions(selection=selection, platform=platform, generator=nothing_is_measured, profile="full")
    return prepare(project, options)


def verify_cells(project: Project, prepared: Prepared, workdir: Path, progress: Progress) -> Iterator[Outcome]:
    """What is found of each planned cell, as it is found. Logs and the database's files go to `workdir`."""
    with using(project.cache, "harness verify"):
        yield from _verify_cells(project, prepared, workdir, progress)


def _verify_cells(project: Project, prepared: Prepared, workdir: Path, progress: Progress) -> Iterator[Outcome]:
    for notice in prepared.record.notices:
        progress.noticed(notice)
    progress.step("Making the environments of the applications")
    pythons = install(prepared, project.cache)
    planned = [cell for cell in prepared.record.plan.cells if not cell.twin]
    cells, names = [cell for cell in planned if pythons.has(cell)], labels(planned)
    for cell in planned:
        if fault := pythons.fault_of(cell):
            yield Failure(cell=cell.id, phase="environment", reason=str(fault))
    with (
        database_up(prepared, workdir, counting=True) as service,
        upstream_up(prepared, workdir) as upstream,
    ):
        if service and any(audits(prepared, cell) for cell in cells):
            for unknown in filter(None, (not_possible(service), not_counted(service))):
                progress.noticed(unknown)
        stage = Stage(project, prepared, pythons, workdir / "logs", service, upstream)
        with needing(stage.services):
            for start in range(0, len(cells), GROUP_SIZE):
                group = cells[start : start + GROUP_SIZE]
                progress.step("Looking at " + ", ".join(names[cell.id] for cell in group))
                yield from _look_at(stage, group, progress)


def _look_at(stage: Stage, group: Sequence[Cell], progress: Progress) -> Iterator[Outcome]:
    """Cells that are up together. What their tables counted is known when they have stopped."""
    counters = stage.counters_of(group)
    ledger = Ledger()
    ledger.open(counters)
    with launched_together(stage.launches(group)) as (live, failures):
        if failures:
            refuse_lost(stage.services)
        yield from failures
        up = [cell for cell in group if cell.id in live]
        found = verify_all([stage.subject(cell, live[cell.id]) for cell in up], full=True)
        if not all(verification.passed for verification in found):
            refuse_lost(stage.services)
        audited = [
            _audited(stage, cell, live[cell.id], verification) for cell, verification in zip(up, found, strict=True)
        ]
    for one in audited:
        ledger.note_answers(one.cell, one.answers)
    passed = {one.cell: counters[one.cell] for one in audited if one.passed and one.cell in counters}
    accounts = ledger.close(0, passed, stage.prepared.scenarios)
    lost = [cell for cell, own in accounts.items() if any(map(was_reset, own))]
    for notice in counters_lost(lost):
        progress.noticed(notice)
    for one in audited:
        counted = accounts.get(one.cell, ())
        missing = [account for account in counted if short(account) and one.cell not in lost]
        faults = [fault_of_account(account, tuple(stage.prepared.scenarios.values())) for account in missing]
        yield one.model_copy(update={"accounts": counted, "faults": (*one.faults, *faults)})


def _audited(stage: Stage, cell: Cell, server: LiveServer, verification: Verification) -> Verification:
    """What passed is audited too, where that can be, and then has the audit's faults."""
    possible = stage.service and stage.service.count
    if not (possible and verification.passed and audits(stage.prepared, cell)):
        return verification
    found = audit_of(stage, cell, server)
    audited = tuple(one.scenario for one in found.audited)
    answers = Counter(verification.answers) + Counter(found.answers)
    return verification.model_copy(update={"faults": found.faults, "audited": audited, "answers": dict(answers)})
