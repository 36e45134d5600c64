"""What else runs on the machine: CPU time of everything, and of each process, between two readings of counters."""

import os
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import psutil

from harness.measure.tree import tree_cpu_seconds

NAMED: Final = 3


@dataclass(frozen=True)
class Reading:
    """CPU seconds: of the given CPUs while not idle, of this process with all it started, and of each other process by
    (pid, start time)."""

    at: float
    busy_s: float
    ours_s: float
    others: Mapping[tuple[int, float], tuple[str, float]]


@dataclass(frozen=True)
class Company:
    """Cores that others used between two readings, of `cores`, and those that used most: (name, cores)."""

    used: float
    cores: int
    top: tuple[tuple[str, float], ...]


def read(cpus: Collection[int]) -> Reading | None:
    """The counters now; `cpus` empty means all. None where the system does not tell."""
    ours = tree_cpu_seconds(os.getpid()) if sys.platform == "linux" else None
    if ours is None:
        return None
    times = psutil.cpu_times(percpu=True)
    chosen = [one for number, one in enumerate(times) if not cpus or number in cpus]
    busy = sum(one.user + one.nice + one.system + one.irq + one.softirq for one in chosen)
    return Reading(time.monotonic(), busy, ours + time.process_time(), _others())


def _others() -> dict[tuple[int, float], tuple[str, float]]:
    ours = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    found = {}
    for process in psutil.process_iter(["name", "cpu_times", "create_time"]):
        info = process.info
        if process.pid not in ours and info["cpu_times"]:
            used = info["cpu_times"].user + info["cpu_times"].system
            found[process.pid, info["create_time"]] = (info["name"] or "?", used)
    return found


def between(before: Reading, after: Reading, cpus: Collection[int]) -> Company:
    """Who else used the CPUs meanwhile. A process that began and ended in between is counted and not named."""
    length = max(after.at - before.at, 1e-9)
    used = max(0.0, after.busy_s - before.busy_s - (after.ours_s - before.ours_s)) / length
    by_name: dict[str, float] = {}
    for key, (name, spent) in after.others.items():
        share = (spent - before.others.get(key, (name, 0.0))[1]) / length
        by_name[name] = by_name.get(name, 0.0) + share
    top = sorted(by_name.items(), key=lambda item: -item[1])[:NAMED]
    cores = len(cpus) or psutil.cpu_count() or 1
    return Company(used, cores, tuple((name, share) for name, share in top if share >= 0.01))
