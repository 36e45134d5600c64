"""One block of profiles: the configurations started afresh, each driven without the profiler and with it, stopped."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.campaign.block.driving import refuse_wrong
from harness.campaign.cells.stage import Stage
from harness.campaign.explaining.database import read, work_between
from harness.campaign.explaining.queues import Look, of_stretch, queues_of, watched
from harness.campaign.plan.planning import closed_slice, warm_up_of
from harness.campaign.session.surviving import refuse_ended, refuse_lost
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.measure.tree import thread_cpu_seconds, tree_cpu_seconds, tree_system_seconds
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused, TargetFailed
from harness.model.measured.load import Slice, SliceRecord
from harness.model.measured.profile import APPLICATION, Frame, Profile, Stack
from harness.under_test.launch.launch import LiveServer, launched_together
from harness.under_test.launch.servers import SERVERS
from harness.under_test.sampling.owners import normalised, owners_in
from harness.under_test.sampling.sampler import sampled
from harness.under_test.sampling.stacks import Sampled, sampled_stacks
from harness.under_test.verify.verification import failure_of, verify_all

PLAIN_SHARE: Final = 0.25
"""Length of each of the two slices without the profiler, before it and after it, over that of the slice with it."""
FIRST_SHARE: Final = 0.4
"""Of the time with the profiler: whether stacks with native functions can be read is known after it."""
MOST_UNREAD: Final = 0.05
"""Of all samples: beyond it, stacks of Python functions alone say how often a function worked."""
WORTH_SHOWING: Final = 0.01
"""Of the CPU time: threads without Python are shown from here on."""


@dataclass(frozen=True)
class Bench:
    """What profiles are taken with. `folder`: for the profiler's own files. `stretch_s`: how long a cell is driven with
    the profiler in each block."""

    stage: Stage
    driver: LoadDriver
    scenario: Scenario
    folder: Path
    stretch_s: float


@dataclass(frozen=True)
class Plain:
    """A slice without the profiler: CPU seconds of the server's tree in it (all, the kernel's, by thread), and where
    connections were meanwhile."""

    record: SliceRecord
    total_s: float
    system_s: float
    threads_s: Mapping[int, float]
    looks: tuple[Look, ...]


def profile_block(bench: Bench, cells: Sequence[Cell], number: int, *, full: bool) -> Iterator[Profile]:
    """A profile of each cell, in random order. `full`: the contract is checked in full first.

    Raises TargetFailed where a server does not come up or answers wrongly, EnvironmentRefused where one cannot be
    profiled.
    """
    stage = bench.stage
    if stage.service:
        stage.service.settle()
    order = random.Random(f"{stage.prepared.record.plan.seed}:profiles:{number}").sample(list(cells), len(cells))
    launches = [replace(launch, readable=True) for launch in stage.launches(cells)]
    with launched_together(launches) as (live, failures):
        for failure in failures:
            refuse_lost(stage.service)
            raise TargetFailed(f"{failure.reason}\n{failure.log_tail}".strip(), phase=failure.phase, where=failure.cell)
        _verify(stage, cells, live, full=full)
        bench.driver.prepare([live[cell.id].target for cell in cells], [bench.scenario.for_driver])
        for cell in order:
            yield _profile(bench, cell, live[cell.id], number)
            if bench.scenario.manifest.writes and (tables := stage.tables_of(cell)):
                tables.restore()


def _verify(stage: Stage, cells: Sequence[Cell], live: dict[str, LiveServer], *, full: bool) -> None:
    for found in verify_all([stage.subject(cell, live[cell.id]) for cell in cells], full=full):
        if not found.passed:
            refuse_lost(stage.service)
            failure = failure_of(found.cell, "verify", found.faults, live[found.cell].process.log_tail())
            raise TargetFailed(
                failure.reason, phase="verify", where=found.cell, mend="see all faults with: harness verify"
            )


def _profile(bench: Bench, cell: Cell, server: LiveServer, number: int) -> Profile:
    stage, manifest = bench.stage, bench.scenario.manifest
    plan = stage.prepared.record.plan
    pace = _drive(bench, server, warm_up_of(plan, [cell], manifest)[0]).pace or None

    def wanted(length_s: float) -> Slice:
        return closed_slice(plan, cell.id, manifest, pace, shortest_s=length_s)

    short = wanted(PLAIN_SHARE * bench.stretch_s)
    counters = read(stage.service)
    before = _plain(bench, server, short)
    work = work_between(counters, read(stage.service), before.record.answered, manifest)
    pids = [identity.pid for identity in server.identities] or [server.process.pid]
    cpus = stage.prepared.platform.cores.generator
    with sampled(pids, bench.folder, cpus=cpus, native=True) as first:
        profiled = [_drive(bench, server, wanted(FIRST_SHARE * bench.stretch_s))]
    whole = first.unread <= MOST_UNREAD
    with sampled(pids, bench.folder, cpus=cpus, native=whole) as second:
        profiled.append(_drive(bench, server, wanted((1 - FIRST_SHARE) * bench.stretch_s)))
    python, native = ("", first.stacks + second.stacks) if whole else (second.stacks, first.stacks)
    plain = (before, _plain(bench, server, short))
    application = stage.prepared.applications[cell.app]
    owners = owners_in(stage.pythons[cell.app], application.folder, stage.project.apps / "_shared")
    seen = with_native_threads(
        sampled_stacks(python, native, owners),
        before.threads_s,
        normalised(SERVERS[cell.server].distribution or APPLICATION),
    )
    system_s = sum(one.system_s for one in plain)
    return Profile(
        cell=cell.id,
        scenario=manifest.id,
        block=number,
        answered=sum(one.record.answered for one in plain),
        user_s=max(0.0, sum(one.total_s for one in plain) - system_s),
        system_s=system_s,
        rate=sum(one.record.completions for one in plain) / sum(one.record.duration_s for one in plain),
        workers=cell.workers,
        profiled_rate=max(sum(one.completions for one in profiled), 1) / sum(one.duration_s for one in profiled),
        samples_s=sum(one.wall_s for one in profiled),
        frames=seen.frames,
        stacks=seen.stacks,
        database=work,
        queues=queues_of([look for one in plain for look in one.looks], manifest.rank.at.connections),
    )


def with_native_threads(seen: Sampled, spent_s: Mapping[int, float], server: str) -> Sampled:
    """The profiler knows threads that run Python. Others, of a server in another language, stand for as many samples as
    their CPU time is worth: `spent_s` by thread, without the profiler, which wakes them all. They belong to `server`.
    """
    native = sum(seconds for thread, seconds in spent_s.items() if thread not in seen.threads)
    python = sum(spent_s.values()) - native
    samples = sum(stack.samples for stack in seen.stacks)
    if native <= WORTH_SHOWING * (native + python):
        return seen
    frame = Frame(function="(threads without Python)", file="", owner=server)
    stood_for = samples * native / python if python > 0 and samples else 1.0
    stack = Stack(frames=(len(seen.frames),), samples=stood_for)
    return Sampled((*seen.frames, frame), (*seen.stacks, stack), seen.threads)


def _plain(bench: Bench, server: LiveServer, wanted: Slice) -> Plain:
    root = server.process.warden_pid
    total, system, threads = tree_cpu_seconds(root), tree_system_seconds(root), thread_cpu_seconds(root)
    with watched(server.target.port) as looks:
        record = _drive(bench, server, wanted)
    total_after, system_after = tree_cpu_seconds(root), tree_system_seconds(root)
    if total is None or system is None or total_after is None or system_after is None:
        raise EnvironmentRefused("this system does not report CPU time", where="this machine", mend="run it on Linux")
    spent = {thread: s - threads.get(thread, 0.0) for thread, s in thread_cpu_seconds(root).items()}
    return Plain(record, total_after - total, system_after - system, spent, of_stretch(looks, record, wanted))


def _drive(bench: Bench, server: LiveServer, wanted: Slice) -> SliceRecord:
    [record] = bench.driver.drive([wanted])
    refuse_ended(bench.stage.service)
    refuse_wrong(record, server)
    return record
