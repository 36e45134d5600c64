"""A program that is owned: started under a warden, and ended with everything it started, whatever happens."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import psutil

from harness.model.errors import EnvironmentRefused, TargetFailed
from harness.model.foreign import redacted, secrets_in
from harness.process.environment import passed_on
from harness.process.logs import hide_secrets, tail_of

WARDEN: Final = Path(__file__).with_name("warden.py")
START_S: Final = 30.0
STOP_MARGIN_S: Final = 20.0
"""What the warden may take beyond the grace, its own terminate and kill waits included, before it is itself killed."""
OWNER: Final = "HARNESS_OWNER"
"""Environment variable that marks what a warden started, so that it is found when the warden itself was killed."""


class OwnedProcess:
    """A program, its log, and the whole tree below it; used as a context manager.

    `env` defaults to what every program gets (harness.process.environment), `cwd` to the harness's own. `cpus`: logical
    CPUs the tree may use, empty for any. `stop_signal` asks the program to end; `grace_s` is what it may take before
    everything left is terminated and then killed. `uid` and `gid` start it as another user. Standard output and error
    go to `log`, which is appended to, and cut where it grows beyond 64 MB. `secrets`: that log and messages must not
    hold, beside those which variables of `env` give away by their names.

    Entering raises EnvironmentRefused when the program cannot be started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        name: str,
        log: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        cpus: Sequence[int] = (),
        stop_signal: int = signal.SIGTERM,
        grace_s: float = 5.0,
        uid: int | None = None,
        gid: int | None = None,
        secrets: Collection[str] = (),
    ) -> None:
        self.argv, self.name, self.log, self.grace_s = tuple(argv), name, log, grace_s
        self.pid = 0
        self._mark = uuid4().hex
        self._secrets = secrets_in(os.environ if env is None else env) | frozenset(secrets)
        self._exit_code: int | None = None
        self._told = b""
        self._warden: subprocess.Popen[bytes] | None = None
        self._order = {
            "argv": list(argv),
            "env": dict(passed_on() if env is None else env) | {OWNER: self._mark},
            "cwd": None if cwd is None else str(cwd),
            "cpus": list(cpus),
            "stop_signal": int(stop_signal),
            "grace_s": grace_s,
            "uid": uid,
            "gid": gid,
            "parent": os.getpid(),
            "log": str(log.absolute()),
        }

    def __enter__(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._warden = subprocess.Popen(
                [sys.executable, "-I", "-S", str(WARDEN)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=passed_on(),
                bufsize=0,
                start_new_session=True,  # Ctrl-C at the terminal reaches the harness alone
            )
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def warden_pid(self) -> int:
        """The root of the tree, for measuring it: the CPU time of dead workers is gathered there."""
        return self._owner.pid

    def poll(self) -> int | None:
        """None while the program runs, then its exit code (negative: the signal that ended it)."""
        self._listen(0)
        return self._exit_code

    def wait(self, timeout_s: float) -> int | None:
        """Like `poll`, after waiting up to `timeout_s` for the program to end by itself."""
        deadline = time.monotonic() + timeout_s
        while self._exit_code is None and (left := deadline - time.monotonic()) > 0:
            self._listen(left)
        return self.poll()

    def tree(self) -> tuple[int, ...]:
        """Pids of every living process of the tree, the program first, the warden left out."""
        living = {process.pid for process in self._living()}
        return tuple(sorted(living, key=lambda pid: (pid != self.pid, pid)))

    def log_tail(self, lines: int = 20) -> str:
        """The last lines of the log, without secrets; empty when there is none."""
        return self.without_secrets(tail_of(self.log, lines))

    def without_secrets(self, text: str) -> str:
        """`text` without the passwords that the program was given in its environment, and those of URLs."""
        return redacted(text, self._secrets)

    def ask_to_stop(self) -> None:
        """Begin to stop without waiting, so that many can stop at the same time; `stop` waits."""
        if self._warden is not None and self._warden.stdin is not None:
            self._warden.stdin.close()  # the lifeline

    def stop(self) -> None:
        """Ask, wait, terminate, wait, kill, and see that nothing is left. Again: does nothing.

        Raises TargetFailed when a process survives even SIGKILL (it hangs in the kernel).
        """
        if self._warden is None or self._warden.stdout is None or self._warden.stdout.closed:
            return
        self.ask_to_stop()
        self._await_warden(self.grace_s + STOP_MARGIN_S)
        left = self._sweep()
        self._warden.stdout.close()
        hide_secrets(self.log, self._secrets)
        if left:
            raise TargetFailed(
                f"processes {left} survive SIGKILL", phase="stop", where=self.name, mend="look at them with ps; reboot"
            )

    @property
    def _owner(self) -> "subprocess.Popen[bytes]":
        assert self._warden is not None, "entered before use"
        return self._warden

    def _start(self) -> None:
        order, reply = self._owner.stdin, time.monotonic() + START_S
        assert order is not None
        try:
            order.write(json.dumps(self._order).encode() + b"\n")
        except BrokenPipeError as fault:
            raise self._refusal("its warden ended at once") from fault
        while not self.pid:
            if not self._listen(reply - time.monotonic()):
                raise self._refusal(f"its warden said nothing for {START_S:.0f} s or ended")

    def _refusal(self, why: str) -> EnvironmentRefused:
        tail = self.log_tail(5)
        return EnvironmentRefused(
            f"cannot start {self.argv[0]!r}: {why}" + (f"\n{tail}" if tail else ""),
            where=self.name,
            mend="see that the program is installed and may be run",
        )

    def _listen(self, timeout_s: float) -> bool:
        """Take in what the warden reports within `timeout_s`. False when it reported nothing or is gone."""
        pipe = self._owner.stdout
        if pipe is None or pipe.closed or not readable(pipe.fileno(), timeout_s):
            return False
        part = os.read(pipe.fileno(), 65_536)
        if not part and self._exit_code is None:
            code = self._owner.wait()
            self._exit_code = code if code < 0 else -signal.SIGKILL  # a killed warden takes the program with it
        *lines, self._told = (self._told + part).split(b"\n")
        for line in lines:
            self._take(json.loads(line))
        return bool(part)

    def _take(self, event: dict[str, Any]) -> None:
        if "refused" in event:
            raise self._refusal(event["refused"])
        self.pid = event.get("pid", self.pid)
        self._exit_code = event.get("exit", self._exit_code)

    def _await_warden(self, timeout_s: float) -> None:
        deadline = time.monotonic() + timeout_s
        while self._listen(deadline - time.monotonic()):
            pass
        try:
            self._owner.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._owner.kill()
            self._owner.wait()

    def _living(self) -> list[psutil.Process]:
        """Below the warden; where the warden is gone, whatever carries its mark."""
        found = marked(self._mark) if self._owner.poll() is not None else children(psutil.Process(self.warden_pid))
        return [process for process in found if alive(process)]

    def _sweep(self, deadline_s: float = 5.0) -> list[int]:
        """After the warden: kill what carries the mark all the same. Pids that stay."""
        deadline = time.monotonic() + deadline_s
        while (left := marked(self._mark)) and time.monotonic() < deadline:
            for process in left:
                kill(process)
            psutil.wait_procs(left, timeout=0.1)
        return [process.pid for process in left]


def stop_together(processes: Iterable[OwnedProcess]) -> None:
    """Stop all at the same time: as long as the slowest, not as long as their sum. One that fails stops no other."""
    with contextlib.ExitStack() as stack:
        for process in processes:
            stack.callback(process.stop)
            process.ask_to_stop()


def readable(descriptor: int, timeout_s: float) -> bool:
    """Whether there is something to read, or the end, within `timeout_s`."""
    poller = select.poll()  # unlike select(), not limited to 1024 descriptors
    poller.register(descriptor, select.POLLIN)
    return bool(poller.poll(max(0.0, timeout_s) * 1000))


def alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def marked(mark: str) -> list[psutil.Process]:
    """Living processes that carry `mark` in their environment, and all below them."""
    roots = [process for process in psutil.process_iter() if mark == mark_of(process)]
    found = {process.pid: process for root in roots for process in (root, *children(root))}
    return [process for process in found.values() if alive(process)]


def mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(OWNER)
    except (psutil.Error, OSError):  # gone meanwhile, or another user's: not ours
        return None


def children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill(process: psutil.Process) -> None:
    """psutil compares the start time first, so that a reused pid is never hit."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
