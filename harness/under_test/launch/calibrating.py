"""How much work keeps an interpreter of this machine busy for a while: found once for a campaign, and recorded."""

from pathlib import Path
from typing import Final

from harness.model.errors import EnvironmentRefused
from harness.process.asking import ask

WITHIN_S: Final = 60.0

PROGRAM: Final = """
import os, sys, time
folder, seconds, cpus = sys.argv[1], float(sys.argv[2]), [int(cpu) for cpu in sys.argv[3:]]
if cpus:
    os.sched_setaffinity(0, cpus)
sys.path.insert(0, folder)
from harness_data.work import computed

def took(steps):
    began = time.perf_counter()
    computed(steps, 1)
    return time.perf_counter() - began

steps = 1000
while took(steps) < seconds / 5:
    steps *= 2
print(round(steps * seconds / min(took(steps) for _ in range(9))))
"""
"""Of several tries the shortest counts: whatever else runs on the machine makes others longer."""


def work_for(seconds: float, python: Path, shared: Path, cpus: tuple[int, ...]) -> int:
    """Steps of harness_data.work that this interpreter does in so many seconds. `shared`: the folder of harness_data;
    `cpus`: those of the servers, none means any. Raises EnvironmentRefused where it cannot be found."""
    answer = ask([str(python), "-I", "-c", PROGRAM, str(shared), str(seconds), *map(str, cpus)], WITHIN_S)
    if answer.fault or not answer.stdout.strip().isdecimal():
        raise EnvironmentRefused(
            f"how fast this interpreter computes cannot be found: {answer.fault or answer.stdout}\n{answer.stderr}",
            where=str(python),
            mend="run again; leave out the scenario with --scenario if it happens again",
        )
    return max(1, int(answer.stdout))
