"""The command as a user runs it: a process of its own, whose every descendant can be found again."""

import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from harness.store.folder import ResultsFolder
from tests.end_to_end.forks import WIDE, Fork, started

LONGEST_S = 240.0
ASLEEP = ("--generator", "block")
"""Unless asked otherwise: tests run side by side, and one that never sleeps would take a core from the others."""
BRIEFLY = ("--warm-up", "100ms", "--slice", "50ms", "--burn-in", "10ms")
"""Unless asked otherwise: rough figures, of servers that are not warm, are as good for what these tests look at."""
HEARD = "Ending after the rotation in hand"


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output; whatever else stood there would not parse."""
        return json.loads(self.out)

    def __str__(self) -> str:
        return f"exit {self.code}\n--- standard output\n{self.out}\n--- standard error\n{self.err}"


@dataclass(frozen=True)
class Running:
    """A command under way, and the files it writes to."""

    process: Fork | subprocess.Popen[bytes]
    out: Path
    err: Path

    def said(self) -> str:
        """On standard error, so far."""
        return self.err.read_text()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self, *signals: signal.Signals, timeout_s: float = 60.0) -> Ended:
        """Signal it, each time after it has heard the time before, and wait for its end."""
        for number in signals:
            self.process.send_signal(number)
            until(lambda: HEARD in self.said() or self.process.poll() is not None, "it has heard the signal")
        self.process.wait(timeout_s)
        ended = Ended(self.process.returncode, self.out.read_text(), self.said())
        assert "Traceback" not in ended.err, ended
        return ended


@dataclass(frozen=True)
class Place:
    """Folders of one test. Every process started by a command here carries the folder's name: in its environment
    (TMPDIR is passed on to servers), its arguments or its working folder. So what is left is found, whoever its parent
    is by then."""

    folder: Path

    @property
    def results(self) -> Path:
        return self.folder / "results"

    @property
    def page(self) -> Path:
        return self.folder / "report" / "index.html"

    @property
    def campaign(self) -> ResultsFolder:
        """The newest campaign measured here."""
        return ResultsFolder.open(self.results / "latest")

    @property
    def ranking(self) -> Any:
        return json.loads(self.page.with_name("ranking.json").read_text())

    def run(self, *arguments: object, timeout_s: float = LONGEST_S, **variables: str) -> Ended:
        """A command, to its end."""
        with self.running(*arguments, **variables) as command:
            return command.end(timeout_s=timeout_s)

    @contextmanager
    def running(self, *arguments: object, under: str = "", **variables: str) -> Iterator["Running"]:
        """A command that is under way; killed at the end of the with-block where it still is. `under`: a program that
        starts it."""
        temporary = self.folder / "tmp"
        temporary.mkdir(exist_ok=True)
        number = len(list(temporary.glob("*.out")))
        out, err = (temporary / f"{number}.{kind}" for kind in ("out", "err"))
        variables = {**environment(), "TMPDIR": str(temporary), **variables}
        with out.open("w") as out_file, err.open("w") as err_file:
            process = started(list(map(str, arguments)), self.folder, variables, out_file, err_file, under=under)
            try:
                yield Running(process, out, err)
            finally:
                process.kill()
                process.wait()

    def measure(self, *arguments: object, **variables: str) -> Ended:
        """`harness run` with its results and its report here."""
        return self.run("run", *self.folders(), *unless_given(arguments), *arguments, timeout_s=LONGEST_S, **variables)

    def measuring(self, *arguments: object, under: str = "") -> AbstractContextManager["Running"]:
        """`harness run` under way."""
        return self.running("run", *self.folders(), *unless_given(arguments), *arguments, under=under)

    def folders(self) -> tuple[str, ...]:
        return ("--results", str(self.results), "--out", str(self.page.parent))

    def left(self) -> list[str]:
        """Every living process that a command here has started: its pid and its command line."""
        return [f"{process.pid} {told}" for process in psutil.process_iter() if (told := self._told(process))]

    def _told(self, process: psutil.Process) -> str:
        name = str(self.folder)
        with suppress(psutil.Error, OSError):
            carried = [*process.environ().values(), *process.cmdline(), process.cwd()]
            if any(f"{name}/" in f"{text}/" for text in carried) and process.status() != psutil.STATUS_ZOMBIE:
                return " ".join(process.cmdline())
        return ""

    def slices(self) -> int:
        """How many rotations of the newest campaign are on disk."""
        lines = self.results / "latest" / "slices.jsonl"
        return lines.read_bytes().count(b"\n") if lines.exists() else 0

    def slices_by_block(self) -> Counter[int]:
        """The same, by the number of the block."""
        lines = self.results / "latest" / "slices.jsonl"
        whole = lines.read_text().split("\n")[:-1] if lines.exists() else []
        return Counter(json.loads(line)["block"] for line in whole)


def unless_given(arguments: Sequence[object]) -> tuple[str, ...]:
    if "--resume" in arguments:  # it has the options of its campaign
        return ()
    usual = (*ASLEEP, *BRIEFLY)
    pairs = zip(usual[::2], usual[1::2], strict=True)
    return tuple(part for option, value in pairs if option not in arguments for part in (option, value))


def environment() -> dict[str, str]:
    """The user's own, without what would choose another database."""
    other = {"DATABASE_URL", "HARNESS_DATABASE_URL"}
    return {name: value for name, value in os.environ.items() if name not in other} | WIDE


def until(condition: Callable[[], object], what: str, deadline_s: float = 60.0) -> None:
    """Wait for a condition, never for a time."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.02)
