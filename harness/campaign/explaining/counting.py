"""CPU time without the profiler, by the kernel's counters."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.campaign.explaining.bench import Bench, drive, of_length
from harness.measure.tree import tree_cpu_seconds, tree_system_seconds
from harness.model.errors import EnvironmentRefused
from harness.model.measured.load import Slice, SliceRecord
from harness.under_test.launch.launch import LiveServer

TURN_S: Final = 0.25
"""Short beside the ups and downs of a machine, so that they fall on all servers alike."""
TURNS_SHARE: Final = 0.5
"""Of the time with the profiler: how long each server is driven in turns."""


@dataclass(frozen=True)
class Counted:
    """A slice, and CPU seconds of the server's process tree in it: all of them, and those in the kernel."""

    record: SliceRecord
    total_s: float
    system_s: float


def counted(bench: Bench, server: LiveServer, wanted: Slice) -> Counted:
    """Drive the server. Raises EnvironmentRefused where the system does not report CPU time."""
    root = server.process.warden_pid
    before = tree_cpu_seconds(root), tree_system_seconds(root)
    record = drive(bench, server, wanted)
    total, system = (
        None if late is None or early is None else late - early
        for early, late in zip(before, (tree_cpu_seconds(root), tree_system_seconds(root)), strict=True)
    )
    if total is None or system is None:
        raise EnvironmentRefused("this system does not report CPU time", where="this machine", mend="run it on Linux")
    return Counted(record, total, system)


def in_turns(
    bench: Bench, servers: Mapping[str, LiveServer], paces: Mapping[str, float | None], dice: random.Random
) -> dict[str, Sequence[Counted]]:
    """Short slices of each server, by cell id, all of them once in each turn and in random order."""
    found: dict[str, list[Counted]] = {cell: [] for cell in servers}
    for _ in range(max(1, round(TURNS_SHARE * bench.stretch_s / TURN_S))):
        for cell in dice.sample(list(servers), len(servers)):
            wanted = of_length(bench, servers[cell], paces[cell], TURN_S)
            found[cell].append(counted(bench, servers[cell], wanted))
    return dict(found)
