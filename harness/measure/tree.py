"""CPU time and memory of a process tree, read from Linux; None where the system does not tell.

A tree is given by its root, the warden of an owned process. The root itself is left out: it is the harness's. What it
gathered from the dead counts.
"""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

ATTEMPTS: Final = 5


def tree_cpu_seconds(root: int) -> float | None:
    """CPU seconds (user and system) used so far by everything below `root`, by dead and reaped processes too.

    Living processes are read to the nanosecond, the dead to the kernel's clock tick (10 ms in all, not each). What died
    under a parent that ignores SIGCHLD is not gathered by any kernel and is missing. None when `root` is gone.
    """
    if sys.platform != "linux":
        return None
    for _ in range(ATTEMPTS):
        before = living(root)
        used = _sum(root, before)
        if used is not None and before == living(root):  # nobody was born, died or was gathered in between
            return used
    return used


def tree_system_seconds(root: int) -> float | None:
    """CPU seconds of `tree_cpu_seconds` that were spent in the kernel, of the living alone; to the kernel's clock tick
    (10 ms) for each process. None where the system does not tell."""
    if sys.platform != "linux" or not psutil.pid_exists(root):
        return None
    spent = 0.0
    for process in living(root):
        with suppress(psutil.NoSuchProcess):  # it ended, and its part with it
            spent += process.cpu_times().system
    return spent


def thread_cpu_seconds(root: int) -> dict[int, float]:
    """CPU seconds of each living thread below `root` by its id: schedstat of proc(5); empty where the system does not
    tell."""
    spent: dict[int, float] = {}
    for process in living(root):
        for file in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            with suppress(OSError, ValueError):  # it ended
                spent[int(file.parent.name)] = int(file.read_text().split()[0]) / 1e9
    return spent


def tree_pss_bytes(root: int) -> int | None:
    """Proportional set size of everything below `root`: a page shared by n processes counts 1/n in each.

    None when `root` is gone.
    """
    if sys.platform != "linux" or not psutil.pid_exists(root):
        return None
    total = 0
    for process in living(root):
        try:
            total += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue  # it ended, and its memory with it
        except psutil.AccessDenied:
            return None
    return total


def tree_size(root: int) -> tuple[int, int]:
    """Living processes below `root`, which is not counted, and the threads of them all."""
    threads = []
    for process in living(root):
        with suppress(psutil.Error):
            threads.append(process.num_threads())
    return len(threads), sum(threads)


def idle_cpu_shares(roots: Mapping[str, int], seconds: float) -> dict[str, float | None]:
    """CPU that each tree uses while nobody asks anything of it, as a share of one core, over `seconds` of waiting."""
    started, before = time.monotonic(), _each(roots)
    time.sleep(seconds)
    length, after = time.monotonic() - started, _each(roots)
    return {name: _share(before[name], after[name], length) for name in roots}


def _each(roots: Mapping[str, int]) -> dict[str, float | None]:
    return {name: tree_cpu_seconds(root) for name, root in roots.items()}


def _share(before: float | None, after: float | None, length: float) -> float | None:
    return None if before is None or after is None else (after - before) / length


def living(root: int) -> list[psutil.Process]:
    """Every living process below `root`, by pid; none where `root` is gone."""
    found = []
    for pid in _below(root):
        with suppress(psutil.NoSuchProcess):  # it ended
            found.append(psutil.Process(pid))
    return found


def _below(root: int) -> list[int]:
    """Pids below `root`, in order. Where the kernel lists children, only these processes are read. psutil reads every
    process of the machine for its parent."""
    if Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        found = _listed_below(root)
        for _ in range(ATTEMPTS):
            before, found = found, _listed_below(root)
            if found == before:  # a list may lack some where one of them ended while it was read: proc_tid_children(5)
                return found
    with suppress(psutil.NoSuchProcess):
        return sorted(process.pid for process in psutil.Process(root).children(recursive=True))
    return []


def _listed_below(root: int) -> list[int]:
    found, ahead = [], [root]
    while ahead:
        children: list[int] = []
        with suppress(OSError):  # it ended
            for thread in os.scandir(f"/proc/{ahead.pop()}/task"):
                with suppress(OSError), open(f"{thread.path}/children", "rb") as file:  # noqa: PTH123 (read in every slice)
                    children += map(int, file.read().split())
        found += children
        ahead += children
    return sorted(found)


def _sum(root: int, below: list[psutil.Process]) -> float | None:
    try:
        return _gathered(root) + sum(_gathered(one.pid) + time.clock_gettime(_cpu_clock(one.pid)) for one in below)
    except OSError:  # one of them is gone
        return None


def _gathered(pid: int) -> float:
    """CPU seconds of the children `pid` has reaped: proc_pid_stat(5), fields 16 and 17."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 (read in every slice)
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def _cpu_clock(pid: int) -> int:
    """The CPU clock of a whole process, dead threads included: clock_getcpuclockid(3) on Linux."""
    return (~pid << 3) | 2
