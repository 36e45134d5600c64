"""What goes on beside a campaign on its machine: other programs, and other campaigns."""

import contextlib
import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from harness.campaign.session.recording import BUSY_MACHINE
from harness.measure.company import Company, Reading, between, read
from harness.model.notice import Notice

BUSY: Final = 0.1
"""Of the cores that a campaign uses: what others may take before it is said."""

LOOK_S: Final = 1.0
FOLDER: Final = "harness-campaigns-"
MOST_BYTES: Final = 4096


@dataclass(frozen=True)
class Other:
    """Another campaign on this machine."""

    pid: int
    results: str
    cores: tuple[int, ...]

    def __str__(self) -> str:
        cores = ",".join(map(str, self.cores)) or "any"
        return f"another campaign (process {self.pid}, results in {self.results}, on CPU {cores})"


@contextmanager
def announced(results: Path, cores: Sequence[int]) -> Iterator[Path]:
    """Say to other campaigns that this one runs; the kernel lets the lock go when this process dies."""
    folder = Path(tempfile.gettempdir()) / f"{FOLDER}{os.getuid()}"
    folder.mkdir(mode=0o755, exist_ok=True)
    path = folder / f"{os.getpid()}-{time.monotonic_ns()}.json"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, json.dumps({"pid": os.getpid(), "results": str(results), "cores": list(cores)}).encode())
        yield path
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def others(mine: Path | None = None) -> list[Other]:
    """Campaigns that run now, of any user with the same temporary folder. What cannot be read does not count."""
    files = sorted(Path(tempfile.gettempdir()).glob(f"{FOLDER}*/*.json"))
    return [found for file in files if file != mine and (found := _running(file))]


def _running(file: Path) -> Other | None:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode) or _free(descriptor):
                return None
            entry = json.loads(os.read(descriptor, MOST_BYTES))
            results = "".join(one if one.isprintable() else "?" for one in str(entry["results"]))[:300]
            return Other(int(entry["pid"]), results, tuple(int(cpu) for cpu in entry["cores"]))
        finally:
            os.close(descriptor)
    return None


def _free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_for_others(longest_s: float, say: Callable[[str], None]) -> None:
    """Until no other campaign runs, at most so long. Ctrl-C ends it at once."""
    ends, said = time.monotonic() + longest_s, False
    while (found := others()) and (left := ends - time.monotonic()) > 0:
        if not said:
            say(f"Waiting for {found[0]}")
            said = True
        time.sleep(min(0.2, left))


@dataclass
class Surroundings:
    """Looked at before measuring and after each block, never while slices run. Figures are of the whole campaign."""

    cpus: tuple[int, ...]
    mine: Path
    begun: Reading | None = None
    reported: dict[str, Notice] = field(default_factory=dict)

    def before(self) -> list[Notice]:
        """What is there while nothing of ours runs."""
        first = read(self.cpus)
        time.sleep(LOOK_S)
        self.begun = read(self.cpus)
        return self._found(first, self.begun, "before the campaign began")

    def after_block(self) -> list[Notice]:
        """What was there since the campaign began."""
        return self._found(self.begun, read(self.cpus), "while the campaign ran")

    def _found(self, before: Reading | None, after: Reading | None, when: str) -> list[Notice]:
        found = [_beside(other) for other in others(self.mine)]
        if before and after and (company := between(before, after, self.cpus)).used > BUSY * company.cores:
            found.append(_busy(company, when))
        return found


def _beside(other: Other) -> Notice:
    seen = f"{other} ran on this machine at the same time: each takes from the other"
    return Notice(code="other-campaign", seen=seen, mend="measure one after the other: harness run --wait 1h")


def _busy(company: Company, when: str) -> Notice:
    names = ", ".join(f"{name} {share:.0%}" for name, share in company.top) or "processes that cannot be seen"
    seen = (
        f"{when}, other programs used {company.used:.1f} of {company.cores} cores (load average"
        f" {os.getloadavg()[0]:.1f}); most, in shares of a core: {names}"
    )
    return Notice(code=BUSY_MACHINE, seen=seen, mend="stop them and run again: harness run")
