"""The use case behind `harness explain`: blocks of profiles until the largest layer is known well enough."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.analysis.layers.explanation import FEWEST_BLOCKS, explain
from harness.campaign.cells.installing import install
from harness.campaign.cells.services import database_up, upstream_up
from harness.campaign.cells.stage import Stage
from harness.campaign.cells.working import calibrated
from harness.campaign.explaining.bench import Bench
from harness.campaign.explaining.profiling import profile_block
from harness.campaign.explaining.question import Question
from harness.campaign.explaining.starting import connections_of
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.run import begin, driver_of
from harness.campaign.session.progress import Progress
from harness.campaign.session.recording import Recorder, by_nobody_else
from harness.campaign.session.surviving import needing
from harness.measure.pinning import pinned
from harness.model.found.explanation import Explanation
from harness.model.measured.profile import Profile
from harness.process.folders import temporary_folder
from harness.process.in_use import using
from harness.store.folder import ResultsFolder


@dataclass(frozen=True)
class Limits:
    """Each cell is driven `stretch_s` seconds under the profiler in each block. Measuring ends when the largest layer
    of each is known to `until`, a share of it, or when no further block would end within `budget_s` seconds, or after
    `most_blocks`."""

    until: float = 0.05
    budget_s: float = 180.0
    stretch_s: float = 6.0
    most_blocks: int = 40


@contextmanager
def folder_of(question: Question, results: Path) -> Iterator[ResultsFolder]:
    """The campaign that the question belongs to, or a new one below `results`, which is removed again where nothing was
    measured in it."""
    if question.folder:
        yield question.folder
        return
    folder = begin(question.prepared, results).folder
    try:
        yield folder
    finally:
        if not folder.read_profiles()[0]:
            shutil.rmtree(folder.path)


def measure_what_is_missing(
    project: Project, question: Question, folder: ResultsFolder, limits: Limits, progress: Progress
) -> None:
    """Add profiles to the folder until a limit is reached. Blocks that are whole are kept, whatever ends it.

    Raises HarnessError where a cell cannot be started, does not keep the contract, or cannot be profiled.
    """
    known = profiles_of(folder, question)
    if narrow(known, question, limits.until):
        return
    with (
        by_nobody_else(folder),
        using(project.cache, f"harness explain in {folder.path}"),
        _ended(folder),
        _bench(project, question, folder, limits.stretch_s, progress) as bench,
    ):
        started = time.monotonic()
        first = max((one.block for one in folder.read_profiles()[0]), default=-1) + 1
        for done in range(limits.most_blocks):
            progress.block(first + done, len(question.cells))
            taken = list(profile_block(bench, question.cells, first + done, full=done == 0))
            folder.append_profiles(taken)
            known += taken
            spent_s = time.monotonic() - started
            progress.advance(spent_s, limits.budget_s)
            if len(known) < FEWEST_BLOCKS * len(question.cells):
                continue
            if narrow(known, question, limits.until) or spent_s * (done + 2) / (done + 1) > limits.budget_s:
                return


@contextmanager
def _ended(folder: ResultsFolder) -> Iterator[None]:
    """The record of a campaign that was begun for profiles alone says at the end how it ended."""
    record = folder.read_record()
    state = "interrupted"
    try:
        yield
        state = "finished"
    finally:
        if record.state == "running":
            folder.write_record(record.model_copy(update={"state": state, "ended_at": time.time()}))


def profiles_of(folder: ResultsFolder, question: Question) -> list[Profile]:
    """What the folder holds of the question's cells."""
    ids = {cell.id for cell in question.cells}
    return [one for one in folder.read_profiles()[0] if one.cell in ids and one.scenario == question.scenario]


def explanation_of(profiles: Sequence[Profile], question: Question) -> Explanation:
    """Each cell, and the first one against each of the others."""
    first, *others = cells = [cell.id for cell in question.cells]
    return explain(question.scenario, profiles, cells, [(first, other) for other in others])


def narrow(profiles: Sequence[Profile], question: Question, until: float) -> bool:
    """Whether the largest layer of every cell is known to `until`, a share of it, either way."""
    cells = explanation_of(profiles, question).cells
    largest = {cell.cell: max(cell.layers.values(), key=lambda amount: amount.us) for cell in cells}
    return largest.keys() >= {cell.id for cell in question.cells} and all(
        amount.half is not None and amount.half <= until * amount.us for amount in largest.values()
    )


def as_measured(project: Project, question: Question, folder: ResultsFolder) -> Prepared:
    """What is profiled computes as long as what the folder's campaign measures."""
    return calibrated(project, question.prepared, Recorder(folder, folder.read_record()))


@contextmanager
def _bench(
    project: Project, question: Question, folder: ResultsFolder, stretch_s: float, progress: Progress
) -> Iterator[Bench]:
    """Environments made, database and load driver up, for the length of the with-block."""
    prepared = as_measured(project, question, folder)
    for notice in prepared.record.notices:
        progress.noticed(notice)
    progress.step("Making the environments of the applications")
    pythons = install(prepared, project.cache)
    for fault in filter(None, map(pythons.fault_of, question.cells)):
        raise fault
    progress.step("Starting the database and the load driver")
    with ExitStack() as stack:
        scratch = stack.enter_context(temporary_folder("explain"))
        connections = connections_of(prepared.record.plan, question.cells)
        service = stack.enter_context(database_up(prepared, scratch, connections=connections, counting=True))
        upstream = stack.enter_context(upstream_up(prepared, scratch))
        driver = stack.enter_context(driver_of(prepared, folder.logs / "load.log"))
        stage = Stage(project, prepared, pythons, folder.logs, service, upstream)
        stack.enter_context(needing(stage.services))
        stack.enter_context(pinned(prepared.platform.cores.generator))
        yield Bench(stage, driver, prepared.scenarios[question.scenario], scratch, stretch_s)
