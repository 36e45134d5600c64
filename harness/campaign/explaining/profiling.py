"""One block of profiles: the configurations started afresh, each driven without the profiler and with it, stopped."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.campaign.block.driving import refuse_wrong
from harness.campaign.cells.stage import Stage
from harness.campaign.explaining.database import read, work_between
from harness.campaign.explaining.queues import Look, of_stretch, queues_of, watched
from harness.campaign.explaining.starting import Servers, started
from harness.campaign.plan.planning import closed_slice, warm_up_of
from harness.campaign.session.surviving import refuse_ended
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.measure.tree import thread_cpu_seconds, tree_cpu_seconds, tree_system_seconds
from harness.model.asked.cell import Cell
from harness.model.errors import EnvironmentRefused
from harness.model.measured.campaign import Plan
from harness.model.measured.load import Slice, SliceRecord
from harness.model.measured.profile import APPLICATION, Frame, Profile, Stack
from harness.under_test.launch.launch import LiveServer
from harness.under_test.launch.servers import SERVERS
from harness.under_test.sampling.owners import normalised, owners_in
from harness.under_test.sampling.sampler import sampled
from harness.under_test.sampling.stacks import Sampled, sampled_stacks

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

    @property
    def plan(self) -> Plan:
        return self.stage.prepared.record.plan


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
    with started(stage, cells, full=full) as up:
        targets = [server.target for servers in up.values() for server in servers.different]
        bench.driver.prepare(targets, [bench.scenario.for_driver])
        for cell in order:
            yield _profile(bench, cell, up[cell.id], number)
            if bench.scenario.manifest.writes and (tables := stage.tables_of(cell)):
                tables.restore()


def _profile(bench: Bench, cell: Cell, servers: Servers, number: int) -> Profile:
    stage, manifest = bench.stage, bench.scenario.manifest

    def wanted(server: LiveServer, share: float) -> Slice:
        length_s = share * bench.stretch_s
        return closed_slice(bench.plan, server.target.cell, manifest, paces[server.target.cell], shortest_s=length_s)

    paces = {server.target.cell: _warm(bench, cell, server) for server in servers.different}
    counters = read(stage.service)
    before = _plain(bench, servers.counted, wanted(servers.counted, PLAIN_SHARE))
    work = work_between(counters, read(stage.service), before.record.answered, manifest)
    beside = _plain(bench, servers.sampled, wanted(servers.sampled, PLAIN_SHARE)) if len(paces) > 1 else before
    pids = [identity.pid for identity in servers.sampled.identities] or [servers.sampled.process.pid]
    cpus = stage.prepared.platform.cores.generator
    with sampled(pids, bench.folder, cpus=cpus, native=True) as first:
        profiled = [_drive(bench, servers.sampled, wanted(servers.sampled, FIRST_SHARE))]
    whole = first.unread <= MOST_UNREAD
    with sampled(pids, bench.folder, cpus=cpus, native=whole) as second:
        profiled.append(_drive(bench, servers.sampled, wanted(servers.sampled, 1 - FIRST_SHARE)))
    python, native = ("", first.stacks + second.stacks) if whole else (second.stacks, first.stacks)
    plain = (before, _plain(bench, servers.counted, wanted(servers.counted, PLAIN_SHARE)))
    application = stage.prepared.applications[cell.app]
    owners = owners_in(stage.pythons[cell.app], application.folder, stage.project.apps / "_shared")
    seen = with_native_threads(
        sampled_stacks(python, native, owners),
        beside.threads_s,
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
        rate=_rate([one.record for one in plain]),
        workers=cell.workers,
        slowed=_rate(profiled) / _rate([beside.record]),
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


def _warm(bench: Bench, cell: Cell, server: LiveServer) -> float | None:
    """Drive a server that has just been started; its pace in requests per second, None where it answered none."""
    [slice_] = warm_up_of(bench.plan, [cell], bench.scenario.manifest)
    return _drive(bench, server, slice_.model_copy(update={"target": server.target.cell})).pace or None


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


def _rate(records: Sequence[SliceRecord]) -> float:
    """Requests per second; not 0, though nothing was answered."""
    return max(sum(one.completions for one in records), 1) / sum(one.duration_s for one in records)
