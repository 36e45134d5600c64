"""The use case behind `harness run`: everything up, blocks, everything down, the record true at every moment."""

import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.campaign.block.bench import Bench
from harness.campaign.cells.accounting import not_counted
from harness.campaign.cells.auditing import audit_cells, audits, cells_to_audit
from harness.campaign.cells.installing import Pythons, install
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.cells.working import calibrated
from harness.campaign.loop import measure
from harness.campaign.plan.planning import ceiling_s
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.session.interrupt import Interrupt, listening
from harness.campaign.session.phases import Phases
from harness.campaign.session.progress import Progress
from harness.campaign.session.recording import Recorder, by_nobody_else
from harness.campaign.session.resume import refuse_other_services, refuse_unlike
from harness.campaign.session.surroundings import Surroundings, announced
from harness.campaign.session.surviving import ServiceGone, needing
from harness.load.ceiling import measured_ceiling
from harness.load.driver import LoadDriver, LocustDriver
from harness.measure.pinning import pinned
from harness.model.errors import EnvironmentRefused
from harness.model.measured.campaign import SCHEMA_VERSION, CampaignRecord
from harness.model.notice import Failure, Notice
from harness.process.in_use import using
from harness.store.folder import ResultsFolder

ROOM_BYTES: Final = 512 * 2**20
"""Free space a campaign wants before it starts: environments, a database, its own results."""


@dataclass(frozen=True)
class Start:
    """Where a campaign is kept, the record it begins with, and the number of its next block."""

    folder: ResultsFolder
    record: CampaignRecord
    next_block: int


def begin(prepared: Prepared, results: Path) -> Start:
    """A new campaign's folder below `results`. Raises EnvironmentRefused where it cannot be, or the disk is nearly
    full."""
    try:
        results.mkdir(parents=True, exist_ok=True)
        _refuse_a_full_disk(results)
        folder = ResultsFolder.create(results / prepared.record.id)
        folder.write_record(prepared.record)  # from here on a kill leaves a campaign that can be resumed
        return Start(folder, prepared.record, 0)
    except OSError as error:
        raise EnvironmentRefused(
            f"results cannot be kept there: {error.strerror}",
            where=str(results),
            mend="name another place with --results",
        ) from None


def _refuse_a_full_disk(results: Path) -> None:
    free = shutil.disk_usage(results).free
    if free < ROOM_BYTES:
        raise EnvironmentRefused(
            f"only {free // 2**20} MB are free on the disk; {ROOM_BYTES // 2**20} MB are wanted",
            where=str(results),
            mend="make room, or name another place with --results",
        )


def go_on(prepared: Prepared, path: Path) -> Start:
    """The campaign in `path` again. Raises UsageError, naming what differs, where it would not be the same one."""
    folder = ResultsFolder.open(path)
    then = folder.read_record()
    refuse_unlike(then, prepared.record, path)
    record = then.model_copy(
        update={
            "schema_version": SCHEMA_VERSION,
            "state": "running",
            "ended_at": None,
            "plan": prepared.record.plan,
            "notices": tuple(dict.fromkeys((*then.notices, *prepared.record.notices))),
        }
    )
    used = {*folder.read_slices()[0], *(trial.block for trial in folder.read_trials()[0])}
    return Start(folder, record, max(used, default=-1) + 1)


def run(project: Project, prepared: Prepared, start: Start, progress: Progress) -> CampaignRecord:
    """Measure until the budget is spent or an end is asked for; the record as it was left.

    Raises KeyboardInterrupt where an end was asked for twice, or once while nothing was measured; what was measured is
    kept.
    """
    what = f"campaign {start.record.id} in {start.folder.path}"
    with by_nobody_else(start.folder), using(project.cache, what):
        return _run(project, prepared, start, progress)


def _run(project: Project, prepared: Prepared, start: Start, progress: Progress) -> CampaignRecord:
    recorder = Recorder(start.folder, start.record)
    phases = Phases(start.record.phases_s)
    state = "interrupted"
    try:
        with listening(progress.ending) as interrupt:
            with (
                _bench(project, prepared, recorder, progress=progress, phases=phases, interrupt=interrupt) as bench,
                pinned(prepared.platform.cores.generator),
                needing(bench.stage.services),
            ):
                progress.step("Measuring; Ctrl-C ends it after the rotation in hand and still reports")
                measure(bench, recorder, next_block=start.next_block)
            state = "interrupted" if interrupt.asked else "finished"
    except ServiceGone as fault:
        recorder.notice([Notice(code=fault.notice, seen=fault.what, mend=fault.mend)])
        raise
    finally:
        recorder.update(state=state, ended_at=time.time(), phases_s=phases.seconds())
    return recorder.record


@contextmanager
def _bench(
    project: Project,
    prepared: Prepared,
    recorder: Recorder,
    *,
    progress: Progress,
    phases: Phases,
    interrupt: Interrupt,
) -> Iterator[Bench]:
    """Environments made, database and load driver up, for the length of the with-block."""
    for notice in prepared.record.notices:
        progress.noticed(notice)
    cores = prepared.platform.cores
    cpus = tuple(sorted({*cores.generator, *cores.server, *cores.services}))
    with ExitStack() as stack:
        surroundings = Surroundings(cpus, stack.enter_context(announced(recorder.folder.path, cpus)))
        for notice in recorder.renew(surroundings.before()):
            progress.noticed(notice)
        pythons = _installed(project, prepared, recorder, progress=progress, phases=phases, interrupt=interrupt)
        prepared = calibrated(project, prepared, recorder)
        stage = Stage(project, prepared, pythons, recorder.folder.logs, service=None)
        if due := cells_to_audit(prepared, pythons, recorder):
            with phases.timed("audit"), interrupt.waiting():
                audit_cells(stage, due, recorder, progress=progress, interrupt=interrupt)
        progress.step("Starting the database and the load driver")
        with phases.timed("services"), interrupt.waiting():
            service = stack.enter_context(database_up(prepared, recorder.folder.work))
            upstream = stack.enter_context(upstream_up(prepared, recorder.folder.work))
            driver = stack.enter_context(driver_of(prepared, recorder.folder.logs / "load.log"))
        stage = replace(stage, service=service, upstream=upstream)
        if facts := tuple(one.facts for one in stage.services):
            refuse_other_services(recorder.record.services, facts, recorder.folder.path)
            recorder.update(services=facts)
        audited = any(audits(prepared, cell) for cell in prepared.record.plan.cells)
        if service and audited and (unknown := not_counted(service)):
            progress.noticed(unknown)
            recorder.notice([unknown])
        null_rps = _null_rps(prepared, driver, recorder, progress=progress, phases=phases, interrupt=interrupt)
        yield Bench(
            stage=stage,
            driver=driver,
            folder=recorder.folder,
            progress=progress,
            phases=phases,
            interrupt=interrupt,
            null_rps=null_rps,
            surroundings=surroundings,
        )


def driver_of(prepared: Prepared, log: Path) -> LoadDriver:
    """The load driver of the plan, not yet entered."""
    plan, generator = prepared.record.plan, prepared.generator
    # One process makes the load itself; several are workers of a master that only co-ordinates.
    own = plan.load_processes if plan.load_processes > 1 and not plan.load_workers else 0
    return LocustDriver(
        cpus=prepared.platform.cores.generator,
        log=log,
        workers=plan.load_workers,
        own_workers=own,
        bind=generator.bind,
        port=generator.port if plan.load_workers else 0,
    )


def _null_rps(
    prepared: Prepared,
    driver: LoadDriver,
    recorder: Recorder,
    *,
    progress: Progress,
    phases: Phases,
    interrupt: Interrupt,
) -> float | None:
    """What the generator itself can do here; not known where it is on other machines."""
    if prepared.record.plan.load_workers:
        generator = prepared.generator
        progress.step(f"Waiting for load workers at {generator.bind}:{generator.port}: harness worker --master HOST")
        return None
    progress.step("Measuring the load generator itself")
    with phases.timed("services"), interrupt.waiting():
        plan, cpus = recorder.record.plan, prepared.platform.cores.server
        length_s = ceiling_s(plan.shape)
        record = measured_ceiling(driver, recorder.folder.logs, cpus=cpus, length_s=length_s, spins=plan.spins)
    recorder.update(null_rps=record.rate)
    return record.rate


def _installed(
    project: Project,
    prepared: Prepared,
    recorder: Recorder,
    *,
    progress: Progress,
    phases: Phases,
    interrupt: Interrupt,
) -> Pythons:
    """Each application's pythons. A cell that has none fails; without any the campaign cannot be run."""
    progress.step("Making the environments of the applications")
    with phases.timed("environments"), interrupt.waiting():
        pythons = install(prepared, project.cache)
    if not pythons.found:
        faults = dict.fromkeys(map(str, pythons.faults.values()))
        raise EnvironmentRefused("no application's environment could be made:\n" + "\n".join(faults))
    failures = [
        Failure(cell=cell.id, phase="environment", reason=str(fault))
        for cell in prepared.record.plan.cells
        if (fault := pythons.fault_of(cell))
    ]
    recorder.fail(failures)
    for failure in failures:
        progress.failed(failure)
    return pythons
