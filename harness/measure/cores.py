"""Which logical CPUs the load generator, the servers and the services may use."""

import math
import os
import re
from collections.abc import Iterable
from pathlib import Path

from harness.model.measured.machine import Cores

Core = tuple[int, ...]
"""The logical CPUs of one physical core."""


def split_cores(allowed: Iterable[int] | None = None, root: Path = Path("/")) -> Cores:
    """Divide the CPUs this process may use. `allowed` and `root` (of /proc and /sys) default to this process's own.

    Sets are whole physical cores. The generator has cores of its own from two cores up; servers and services share the
    rest below four and are split from four up. A CPU quota (cgroup) is kept to. Without affinity (not Linux), or with
    one core, all sets are empty: unpinned.
    """
    if allowed is None:
        if not hasattr(os, "sched_getaffinity"):
            return Cores()
        allowed = os.sched_getaffinity(0)
    return divided(within_quota(physical_cores(allowed, root), quota(root)))


def divided(cores: list[Core]) -> Cores:
    """Servers get the first cores (on hybrid CPUs the fast ones, so that workers are alike), the generator the last.

    From four cores up the generator and the services get a quarter each.
    """
    if len(cores) < 2:
        return Cores()
    if len(cores) < 4:
        return Cores(generator=joined(cores[-1:]), server=joined(cores[:-1]), services=joined(cores[:-1]))
    quarter = len(cores) // 4
    return Cores(
        generator=joined(cores[-quarter:]),
        server=joined(cores[: -2 * quarter]),
        services=joined(cores[-2 * quarter : -quarter]),
    )


def joined(cores: Iterable[Core]) -> tuple[int, ...]:
    return tuple(sorted(cpu for core in cores for cpu in core))


def physical_cores(allowed: Iterable[int], root: Path) -> list[Core]:
    """Allowed CPUs grouped by physical core. A CPU whose siblings are not known is a core of its own."""
    mask = set(allowed)
    return sorted({tuple(sorted(siblings(cpu, root) & mask)) for cpu in mask})


def siblings(cpu: int, root: Path) -> set[int]:
    topology = root / f"sys/devices/system/cpu/cpu{cpu}/topology"
    for name in ("core_cpus_list", "thread_siblings_list"):  # the second is what kernels before 5.4 call it
        try:
            return {cpu} | parsed_list((topology / name).read_text())
        except FileNotFoundError:
            continue
    return {cpu}


def parsed_list(text: str) -> set[int]:
    """The kernel's list format: `0-3,8` (cpuset(7), "List format")."""
    ranges = [[int(number) for number in part.split("-")] for part in text.strip().split(",") if part]
    return {cpu for bounds in ranges for cpu in range(bounds[0], bounds[-1] + 1)}


def within_quota(cores: list[Core], cpus: float) -> list[Core]:
    """All cores where the quota covers them; else as many as it covers, one logical CPU of each, at least one.

    More would be stopped by the kernel for the rest of each period (100 ms), in the middle of slices.
    """
    if sum(map(len, cores)) <= cpus:
        return cores
    return [core[:1] for core in cores[: max(1, int(cpus))]]


def quota(root: Path = Path("/")) -> float:
    """CPUs this process may use on average, by the tightest cgroup above it (version 2 or 1); infinity for no limit."""
    return min(
        (limit for folder in cgroup_folders(root, ("cpu", "cpu,cpuacct")) for limit in limits(folder)), default=math.inf
    )


def limits(folder: Path) -> Iterable[float]:
    texts = [folder / "cpu.max"], [folder / "cpu.cfs_quota_us", folder / "cpu.cfs_period_us"]
    for files in texts:
        if all(file.is_file() for file in files):
            allowed, period = re.findall(r"-?\w+", " ".join(file.read_text() for file in files))
            if allowed not in {"max", "-1"}:
                yield int(allowed) / int(period)


def cgroup_folders(root: Path, controllers: Iterable[str]) -> Iterable[Path]:
    """Folders of this process's own cgroup and all above it, version 2 and the given version 1 controllers."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        _, controller, path = line.split(":", 2)
        if controller and controller not in controllers:
            continue
        for mount in (controller,) if controller else ("", "unified"):
            base = root / "sys/fs/cgroup" / mount
            own = base / path.lstrip("/")
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(base))
