"""The sampling profiler: a program that reads the stacks of a process tree from outside, native functions included."""

import re
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from harness.model.errors import EnvironmentRefused
from harness.process.owned import OwnedProcess

PROGRAM: Final = Path(sys.executable).with_name("py-spy")
NATIVE_RATE_HZ: Final = 50
"""Each sample stops the process for a moment, and its caches are cold afterwards. At 200 Hz code of many functions took
longer, a loop did not, and its share came out a quarter too low (docs/decisions/profiling.md)."""
PYTHON_RATE_HZ: Final = 100
"""A stack of Python functions alone is read in a fraction of that moment."""
START_S: Final = 30.0
WRITE_S: Final = 30.0
STARTED: Final = "Sampling process"
_COUNTS: Final = re.compile(r"Samples: (?P<read>\d+) Errors: (?P<unread>\d+)")
PERMIT: Final = "allow it, as root: sysctl kernel.yama.ptrace_scope=0 (in a container: --cap-add SYS_PTRACE)"


class Sampling:
    """Under way; known after the with-block of `sampled`. `stacks`: a line for each different stack, as the program
    writes them ("outer (file);inner (file) 12"); empty where no thread had work. `unread`: the share of samples that
    were left out, since a stack could not be read."""

    stacks: str = ""
    unread: float = 0.0


@contextmanager
def sampled(pids: Sequence[int], folder: Path, *, cpus: Sequence[int], native: bool) -> Iterator[Sampling]:
    """Sample the processes, from the first moment inside the with-block to its end. Their children are not sampled.

    `native`: with native functions; samples in which these cannot be read are left out then. `folder`: for the
    profiler's own files. `cpus`: where the profiler itself works. Raises EnvironmentRefused, with what would permit it,
    where a process cannot be read: no Python that the program knows, or no permission.
    """
    outputs = [folder / f"{pid}.stacks" for pid in pids]
    sampling = Sampling()
    with ExitStack() as stack:
        for pid, output in zip(pids, outputs, strict=True):
            output.unlink(missing_ok=True)
            stack.enter_context(_sampler(pid, output, cpus, native))
        yield sampling
    sampling.stacks = "".join(map(_read, outputs))
    sampling.unread = share_unread(_read(_log(output)) for output in outputs)


@contextmanager
def _sampler(pid: int, output: Path, cpus: Sequence[int], native: bool) -> Iterator[None]:
    """One process under the profiler; what it saw is in `output` afterwards."""
    log = _log(output)
    log.unlink(missing_ok=True)
    argv = [str(PROGRAM), "record", "--pid", str(pid), "--threads", "--full-filenames", "--nolineno"]
    argv += ["--rate", str(NATIVE_RATE_HZ), "--native"] if native else ["--rate", str(PYTHON_RATE_HZ)]
    argv += ["--format", "raw", "--output", str(output)]
    with OwnedProcess(argv, name="profiler", log=log, cpus=cpus, stop_signal=signal.SIGINT, grace_s=WRITE_S) as sampler:
        _wait_for_the_first_sample(sampler, log)
        yield


def _wait_for_the_first_sample(sampler: OwnedProcess, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while STARTED not in (said := log.read_text(errors="replace")):
        if sampler.poll() is not None or time.monotonic() > deadline:
            raise EnvironmentRefused(
                f"the profiler cannot read the server: {_reason(said)}",
                where=sampler.name,
                mend=PERMIT if "ermission" in said else "docs/explain.md says what can be profiled",
            )
        time.sleep(0.01)


def _reason(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return " ".join(lines[:3]).removeprefix("Error: ") or "it said nothing"


def share_unread(logs: Iterable[str]) -> float:
    """By the program's last words: "Samples: 115 Errors: 134"."""
    counts = [(int(found["read"]), int(found["unread"])) for log in logs if (found := _COUNTS.search(log))]
    read, unread = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return unread / (read + unread) if unread else 0.0


def _log(output: Path) -> Path:
    return output.with_suffix(".log")


def _read(output: Path) -> str:
    try:
        return output.read_text(errors="replace")
    except FileNotFoundError:  # nothing was sampled: every thread waited
        return ""
