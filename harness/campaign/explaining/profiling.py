"""One block of profiles: configurations started afresh, driven with the profiler, and in turns without it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.campaign.explaining.bench import Bench, drive, of_length, rate, warm
from harness.campaign.explaining.counting import Counted, in_turns
from harness.campaign.explaining.database import read, work_between
from harness.campaign.explaining.queues import Look, of_stretch, queues_of, watched
from harness.campaign.explaining.starting import Servers, started
from harness.measure.tree import thread_cpu_seconds
from harness.model.asked.cell import Cell
from harness.model.measured.database_work import DatabaseWork
from harness.model.measured.load import Slice, SliceRecord
from harness.model.measured.profile import APPLICATION, Frame, Profile, Stack
from harness.under_test.launch.launch import LiveServer
from harness.under_test.launch.servers import SERVERS
from harness.under_test.sampling.owners import normalised, owners_in
from harness.under_test.sampling.sampler import sampled
from harness.under_test.sampling.stacks import Sampled, sampled_stacks

PLAIN_SHARE: Final = 0.25
"""Length of the slice before the profiler comes, over that of the time with it."""
FIRST_SHARE: Final = 0.4
"""Of the time with the profiler: whether stacks with native functions can be read is known after it."""
MOST_UNREAD: Final = 0.05
"""Of all samples: beyond it, stacks of Python functions alone say how often a function worked."""
WORTH_SHOWING: Final = 0.01
"""Of the CPU time: threads without Python are shown from here on."""


@dataclass(frozen=True)
class Plain:
    """A slice without the profiler: CPU seconds of the server by thread, and where connections were meanwhile."""

    record: SliceRecord
    threads_s: Mapping[int, float]
    looks: tuple[Look, ...]


@dataclass(frozen=True)
class Seen:
    """What was seen of a cell one by one. `plain`: of the server that is counted; `slowed`: requests per second with
    the profiler over those without it; `samples_s`: seconds with it."""

    cell: Cell
    pace: float | None
    plain: Plain
    work: DatabaseWork | None
    slowed: float
    samples_s: float
    stacks: Sampled


def profile_block(bench: Bench, cells: Sequence[Cell], number: int, *, full: bool) -> Iterator[Profile]:
    """A profile of each cell, in random order. `full`: the contract is checked in full first.

    Raises TargetFailed where a server does not come up or answers wrongly, EnvironmentRefused where one cannot be
    profiled.
    """
    stage = bench.stage
    if stage.service:
        stage.service.settle()
    dice = random.Random(f"{bench.plan.seed}:profiles:{number}")
    order = dice.sample(list(cells), len(cells))
    with started(stage, cells, full=full) as up:
        targets = [server.target for servers in up.values() for server in servers.different]
        bench.driver.prepare(targets, [bench.scenario.for_driver])
        seen = []
        for cell in order:
            seen.append(_seen(bench, cell, up[cell.id]))
            _restore(bench, [cell])
        paces = {one.cell.id: one.pace for one in seen}
        spent = in_turns(bench, {cell.id: up[cell.id].counted for cell in order}, paces, dice)
        _restore(bench, order)
    for one in seen:
        yield _profile(bench, one, spent[one.cell.id], number)


def _restore(bench: Bench, cells: Sequence[Cell]) -> None:
    """The tables that a scenario writes to, as they were."""
    for cell in cells if bench.scenario.manifest.writes else ():
        if tables := bench.stage.tables_of(cell):
            tables.restore()


def _seen(bench: Bench, cell: Cell, servers: Servers) -> Seen:
    stage, manifest = bench.stage, bench.scenario.manifest
    paces = {server.target.cell: warm(bench, cell, server) for server in servers.different}

    def wanted(server: LiveServer, share: float) -> Slice:
        return of_length(bench, server, paces[server.target.cell], share * bench.stretch_s)

    counters = read(stage.service)
    plain = _plain(bench, servers.counted, wanted(servers.counted, PLAIN_SHARE))
    work = work_between(counters, read(stage.service), plain.record.answered, manifest)
    beside = _plain(bench, servers.sampled, wanted(servers.sampled, PLAIN_SHARE)) if len(paces) > 1 else plain
    pids = [identity.pid for identity in servers.sampled.identities] or [servers.sampled.process.pid]
    cpus = stage.prepared.platform.cores.generator
    with sampled(pids, bench.folder, cpus=cpus, native=True) as first:
        profiled = [drive(bench, servers.sampled, wanted(servers.sampled, FIRST_SHARE))]
    whole = first.unread <= MOST_UNREAD
    with sampled(pids, bench.folder, cpus=cpus, native=whole) as second:
        profiled.append(drive(bench, servers.sampled, wanted(servers.sampled, 1 - FIRST_SHARE)))
    python, native = ("", first.stacks + second.stacks) if whole else (second.stacks, first.stacks)
    application = stage.prepared.applications[cell.app]
    owners = owners_in(stage.pythons.of(cell), application.folder, stage.project.apps / "_shared")
    server = normalised(SERVERS[cell.server].distribution or APPLICATION)
    return Seen(
        cell=cell,
        pace=paces[servers.counted.target.cell],
        plain=plain,
        work=work,
        slowed=rate(profiled) / rate([beside.record]),
        samples_s=sum(one.wall_s for one in profiled),
        stacks=with_native_threads(sampled_stacks(python, native, owners), beside.threads_s, server),
    )


def _profile(bench: Bench, seen: Seen, spent: Sequence[Counted], number: int) -> Profile:
    manifest = bench.scenario.manifest
    system_s = sum(one.system_s for one in spent)
    return Profile(
        cell=seen.cell.id,
        scenario=manifest.id,
        block=number,
        answered=sum(one.record.answered for one in spent),
        user_s=max(0.0, sum(one.total_s for one in spent) - system_s),
        system_s=system_s,
        rate=rate([one.record for one in spent]),
        workers=seen.cell.workers,
        slowed=seen.slowed,
        samples_s=seen.samples_s,
        frames=seen.stacks.frames,
        stacks=seen.stacks.stacks,
        database=seen.work,
        queues=queues_of(seen.plain.looks, manifest.rank.at.connections),
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
    before = thread_cpu_seconds(server.process.warden_pid)
    with watched(server.target.port) as looks:
        record = drive(bench, server, wanted)
    after = thread_cpu_seconds(server.process.warden_pid)
    spent = {thread: seconds - before.get(thread, 0.0) for thread, seconds in after.items()}
    return Plain(record, spent, of_stretch(looks, record, wanted))
