"""A campaign run by the command, watched from outside: where its time goes, and how much memory its processes hold."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import psutil

from harness.cli.folders import LATEST
from harness.model.errors import ExitCode, HarnessError
from harness.process.owned import OwnedProcess
from harness.store.folder import RECORD_NAME, ResultsFolder
from shared.commands import harness_command

LOOK_S: Final = 0.5
TIMEOUT_S: Final = 1800.0
SLICES: Final = ("continuous runs", "slices", "latency", "capacity")
"""Phases in which load is driven and looked at; warm-up is not among them."""
BEFORE: Final = ("environments", "audit", "services")
LOAD_PROCESS: Final = "harness.load.process"


@dataclass(frozen=True)
class Moment:
    """Blocks completed, and seconds by phase so far; `at` is Unix time."""

    at: float
    blocks: int
    phases_s: Mapping[str, float]

    @property
    def slices_s(self) -> float:
        return sum(self.phases_s.get(phase, 0.0) for phase in SLICES)


@dataclass
class Seen:
    """What was seen of a campaign. `moments`: the start of the first block, the end of each, the end of the last stop.

    Bytes are the largest resident memory that was seen while the campaign measured.
    """

    moments: list[Moment] = field(default_factory=list)
    counted_s: float = 0.0
    harness_bytes: int = 0
    load_bytes: int = 0

    @property
    def wall_s(self) -> float:
        """From the start of the first server to the last stop."""
        return self.moments[-1].at - self.moments[0].at

    @property
    def slices_s(self) -> float:
        return self.moments[-1].slices_s

    def blocks(self) -> Iterator[tuple[float, float]]:
        """(wall seconds, seconds of slices) of each completed block."""
        for before, after in pairwise(self.moments):
            if after.blocks > before.blocks:
                yield after.at - before.at, after.slices_s - before.slices_s


def watched(arguments: Sequence[str], folder: Path) -> Seen:
    """Run `harness run` with these arguments, its results and report in `folder`.

    Raises HarnessError, with the end of its output, where it fails or measures nothing.
    """
    results = folder / "results"
    campaign = results / LATEST
    where_to = ["--results", str(results), "--out", str(folder / "report")]
    seen = Seen()
    argv = [harness_command(), "run", "--quiet", *where_to, *arguments]
    with OwnedProcess(argv, name="harness run", log=folder / "output.log", env=os.environ) as process:
        deadline = time.monotonic() + TIMEOUT_S
        while process.poll() is None and time.monotonic() < deadline:
            look(process, campaign, seen)
            process.wait(LOOK_S)
        if process.poll() != ExitCode.OK:
            raise HarnessError(f"ended with {process.poll()}:\n{process.log_tail()}", where="harness run")
    finish(campaign, seen)
    return seen


def look(process: OwnedProcess, campaign: Path, seen: Seen) -> None:
    """Note a block that ended, and the memory of the harness and of its load process."""
    if not (campaign / RECORD_NAME).is_file():
        return
    record = json.loads((campaign / RECORD_NAME).read_text())
    if record["state"] == "running":
        note(record, time.time(), seen)
        seen.harness_bytes = max(seen.harness_bytes, resident(process.pid))
        seen.load_bytes = max([seen.load_bytes, *map(resident, load_processes(process))])


def note(record: Mapping[str, Any], at: float, seen: Seen) -> None:
    blocks, phases = len(record["completed_blocks"]), record["phases_s"]
    if not seen.moments and blocks:
        begun = record["created_at"] + sum(phases.get(phase, 0.0) for phase in BEFORE)
        seen.moments.append(Moment(begun, 0, {}))
    if seen.moments and blocks > seen.moments[-1].blocks:
        seen.moments.append(Moment(at, blocks, phases))


def finish(campaign: Path, seen: Seen) -> None:
    """Take in how it ended."""
    record = json.loads((campaign / RECORD_NAME).read_text())
    note(record, record["ended_at"], seen)
    seen.moments.append(Moment(record["ended_at"], len(record["completed_blocks"]), record["phases_s"]))
    folder = ResultsFolder(campaign)
    seen.counted_s = sum(trial.duration_s for trial in folder.read_trials()[0])
    seen.counted_s += sum(window.duration_s for window in folder.read_windows()[0])


def load_processes(process: OwnedProcess) -> Iterator[int]:
    for pid in process.tree():
        with suppress(psutil.Error):
            if LOAD_PROCESS in psutil.Process(pid).cmdline():
                yield pid


def resident(pid: int) -> int:
    """Bytes of resident memory; 0 for a process that has ended."""
    with suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss)
    return 0
