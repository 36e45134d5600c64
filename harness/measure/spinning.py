"""Whether a load generator may keep its cores busy all the time without slowing what it measures."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter as clock
from typing import Final

from harness.measure.cores import quota, siblings
from harness.measure.machine import text_of
from harness.measure.pinning import pinned
from harness.model.measured.machine import Cores

PAIRS: Final = 20
SPIN_S: Final = 0.008
LOOP: Final = range(40_000)
"""Some milliseconds of work: less than SPIN_S."""
MAX_SLOWED: Final = 1.05
SURELY: Final = 15
"""Of 20 pairs, that must agree: by chance so many do in 2 of 100 cases (sign test). The probe ends when they cannot."""
PAUSES_S: Final = (0.5, 1.5, 2.5)
"""Before each further look."""
SPINNER: Final = """
import os, sys, time
os.sched_setaffinity(0, map(int, sys.argv[2:]))
while sys.stdin.readline():
    end = time.perf_counter() + float(sys.argv[1])
    print(flush=True)
    while time.perf_counter() < end:
        pass
    print(flush=True)
"""
"""It ends with its standard input, and so with its parent."""


def why_not_spin(cores: Cores, root: Path = Path("/")) -> str | None:
    """Why the generator should sleep between answers on this machine; None where it need not.

    Takes up to half a second if the first look finds separate cores, else up to seven seconds. `root`: of /proc and
    /sys.
    """
    return why_not_by_facts(cores, root) or why_not_by_probe(cores)


def why_not_by_facts(cores: Cores, root: Path) -> str | None:
    """What is known without trying."""
    measured = {*cores.server, *cores.services}
    if cores.shared:
        return "the generator has no core of its own"
    if measured & {sibling for cpu in cores.generator for sibling in siblings(cpu, root)}:
        return "the generator's core is a sibling of a server's: both share one physical core"
    if quota(root) < len(measured | set(cores.generator)):
        return f"the CPU quota of {quota(root):g} leaves the generator no whole core"
    if on_battery(root):
        return "the machine runs on battery"
    return None


def why_not_by_probe(cores: Cores) -> str | None:
    """A virtual machine may hide that two of its CPUs share a core, so it is tried. Some hosts put two CPUs on one core
    for a few seconds only: each of several looks must find it."""
    looks: list[float] = []
    for pause_s in (0.0, *PAUSES_S):
        time.sleep(pause_s)
        looks.append(slowed_by_spinning(cores))
        if looks[-1] <= MAX_SLOWED:
            return None
    return f"a busy generator slows a loop on the server's core by {min(looks) - 1:.0%}: they share a core"


def slowed_by_spinning(cores: Cores) -> float:
    """Time of the same work beside a busy generator over its time alone: the median of pairs, or 1 as soon as too many
    pairs show no difference."""
    slowed: list[float] = []
    with closing(timed_pairs(cores)) as pairs:
        for alone, beside in pairs:
            slowed.append(beside / alone)
            if sum(ratio <= 1 for ratio in slowed) > PAIRS - SURELY:
                return 1.0
    return median(slowed)


def timed_pairs(cores: Cores) -> Generator[tuple[float, float], None, None]:
    """Seconds that the same work takes on the first server's core, with the generator's idle and busy, in turn."""
    argv = [sys.executable, "-I", "-S", "-c", SPINNER, str(SPIN_S), *map(str, cores.generator)]
    with (
        subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as spinner,
        pinned(cores.server[:1]),
    ):
        assert spinner.stdin is not None
        assert spinner.stdout is not None
        for _ in range(PAIRS):
            alone = work_s()
            spinner.stdin.write(b"\n")
            spinner.stdout.readline()
            beside = work_s()
            spinner.stdout.readline()
            yield alone, beside


def work_s() -> float:
    """Seconds that a fixed piece of work takes."""
    began = clock()
    for _ in LOOP:
        pass
    return clock() - began


def on_battery(root: Path) -> bool:
    """Whether a battery is being discharged (power_supply class of sysfs)."""
    return "Discharging" in map(text_of, root.glob("sys/class/power_supply/*/status"))
