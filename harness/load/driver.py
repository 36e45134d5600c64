"""The load driver as the campaign sees it: targets and slices in, a record per slice out.

This module imports neither Locust nor gevent: both live in the load process, which has cores of its own.
"""

import contextlib
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

from harness.load.messages import (
    REPLIES,
    DriveSlices,
    Judge,
    Judged,
    Lines,
    Measured,
    Prepare,
    Prepared,
    Ready,
    Refused,
)
from harness.model import errors
from harness.model.errors import HarnessError
from harness.model.measured.load import LoadScenario, Slice, SliceRecord, Target, Together
from harness.model.record import Record
from harness.process.folders import OURS, temporary_folder
from harness.process.owned import OwnedProcess

START_TIMEOUT_S: Final = 60.0
PREPARE_TIMEOUT_S: Final = 60.0
SLACK_S: Final = 150.0
"""What slices may take beyond their lengths and drains: thousands of connections come up, a lost worker is awaited."""
LOOPBACK: Final = "127.0.0.1"
ANY_ADDRESS: Final = ("*", "0.0.0.0", "::")  # noqa: S104  what may be asked for, not what is done by default
MAX_SOCKET_PATH: Final = 100
"""The kernel takes 107 bytes on Linux and 103 on macOS."""


class LoadDriver(Protocol):
    """What every driver is. A context manager: it owns whatever makes the load."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None: ...
    def prepare(self, targets: Sequence[Target], scenarios: Sequence[LoadScenario]) -> None: ...
    def drive(self, slices: Sequence[Slice]) -> Sequence[SliceRecord]: ...
    def together(self) -> Sequence[Together]: ...


class LocustDriver:
    """Owns the load process and speaks with it. Every wait has a deadline.

    `cpus`: the generator's cores, empty for any. `log`: where the load process writes; workers beside it. Methods raise
    HarnessError, with the end of that log, when the load process ended or fell silent.

    `workers` are expected from elsewhere (`harness worker`) within `wait_s` of the first `prepare`, at `bind` and
    `port`; `own_workers` are started here, each on one of `cpus`. Without any the load process makes the load itself.
    """

    def __init__(
        self,
        *,
        cpus: tuple[int, ...],
        log: Path,
        workers: int = 0,
        own_workers: int = 0,
        bind: str = LOOPBACK,
        port: int = 0,
        wait_s: float = 300.0,
    ) -> None:
        self._cpus, self._log = cpus, log
        self._workers, self._own_workers, self._bind, self._port, self._wait_s = (
            workers,
            own_workers,
            bind,
            port,
            wait_s,
        )
        self._owned = contextlib.ExitStack()
        self._process: OwnedProcess | None = None
        self._lines: Lines | None = None
        self.port: int | None = None
        """Where workers connect to."""

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as starting:
            address = socket_address(starting.enter_context(temporary_folder("load")))
            with listening(address) as listener:
                argv = [sys.executable, "-m", "harness.load.process", address, *self._options()]
                self._process = starting.enter_context(
                    OwnedProcess(argv, name="load process", log=self._log, cpus=self._cpus)
                )
                connected = self._accept(listener)
            self._lines = Lines(connected, REPLIES)
            starting.callback(self._lines.close)
            self.port = self._hear(Ready, START_TIMEOUT_S).port
            for number in range(self._own_workers):
                starting.enter_context(self._own_worker(number))
            self._owned = starting.pop_all()
        return self

    def _options(self) -> list[str]:
        count = self._workers + self._own_workers
        options = {"workers": count, "bind": self._bind, "port": self._port, "wait": self._wait_s}
        return [f"--{name}={value}" for name, value in options.items()] if count else []

    def _own_worker(self, number: int) -> OwnedProcess:
        host = LOOPBACK if self._bind in ANY_ADDRESS else self._bind
        return OwnedProcess(
            [sys.executable, "-m", "harness.load.distributed.worker", host, str(self.port)],
            name=f"load worker {number}",
            log=self._log.with_name(f"{self._log.stem}.worker{number}{self._log.suffix}"),
            cpus=self._cpus[number % len(self._cpus) :][:1] if self._cpus else (),
        )

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self._owned.close()

    @property
    def pid(self) -> int:
        """Of the load process."""
        assert self._process is not None, "entered before use"
        return self._process.pid

    def prepare(self, targets: Sequence[Target], scenarios: Sequence[LoadScenario]) -> None:
        """Close every connection, and get ready for these targets and scenarios."""
        self._say(Prepare(targets=tuple(targets), scenarios=tuple(scenarios)))
        self._hear(Prepared, PREPARE_TIMEOUT_S + self._wait_s)

    def drive(self, slices: Sequence[Slice]) -> Sequence[SliceRecord]:
        """A record for each slice, driven in the order given.

        A target's connections are opened before its first slice at a level, and stay until another level's turn.
        """
        self._say(DriveSlices(slices=tuple(slices)))
        lengths_s = sum(slice_.length_s + slice_.drain_s for slice_ in slices)
        records: Sequence[SliceRecord] = self._hear(Measured, SLACK_S + lengths_s).records
        return records

    def together(self) -> Sequence[Together]:
        """What check_many says of the samples since `prepare`, for each target, scenario and level that has one."""
        self._say(Judge())
        found: Sequence[Together] = self._hear(Judged, SLACK_S).found
        return found

    def _accept(self, listener: socket.socket) -> socket.socket:
        listener.settimeout(0.1)
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            with contextlib.suppress(TimeoutError):
                return listener.accept()[0]
        raise self._gone("did not come up")

    def _say(self, message: Record) -> None:
        assert self._lines is not None, "entered before use"
        try:
            self._lines.say(message)
        except OSError as fault:
            raise self._gone("ended") from fault

    def _hear(self, expected: type[Any], timeout_s: float) -> Any:
        assert self._lines is not None, "entered before use"
        try:
            reply = self._lines.hear(timeout_s)
        except TimeoutError as fault:
            raise self._gone(f"was silent for {timeout_s:.0f} s") from fault
        if isinstance(reply, Refused):
            raise refusal(reply)
        if not isinstance(reply, expected):
            raise self._gone("ended" if reply is None else f"said {reply!r} out of turn")
        return reply

    def _gone(self, how: str) -> HarnessError:
        tail = self._process.log_tail() if self._process is not None else ""
        return HarnessError(
            f"the load process {how}" + (f"; the end of its log:\n{tail}" if tail else ""),
            where=str(self._log),
            mend="see its log; run again with --resume",
        )


def refusal(reply: Refused) -> HarnessError:
    """The error that the load process met."""
    kind = getattr(errors, reply.fault, HarnessError)
    fault: HarnessError = kind(reply.what, where=reply.where, mend=reply.mend)
    return fault


def socket_address(folder: Path) -> str:
    """Raises EnvironmentRefused where the folder's name is too long for a socket's."""
    address = str(folder / "load")
    if len(address.encode()) > MAX_SOCKET_PATH:
        raise errors.EnvironmentRefused(
            f"{folder} is too long a name for a socket", where="TMPDIR", mend="set TMPDIR to a shorter folder"
        )
    return address


def refuse_long_names() -> None:
    """Raises EnvironmentRefused where a temporary folder's name would be too long for the load process's socket."""
    socket_address(Path(tempfile.gettempdir(), f"{OURS}-load-12345678"))


@contextlib.contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(1)
        yield listener
