"""Commands as forks of a harness that has loaded its modules (programs/loaded.py): the second that loading takes is
spent once in each test process, not for each command."""

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO, Any, Final

COMMAND: Final = Path(sys.executable).with_name("harness")
WIDE: Final = {"COLUMNS": "200"}
"""Lines are not broken at 80 columns. How wide they may be is looked at while modules are loaded."""
POSSIBLE: Final = hasattr(os, "pidfd_open")
"""On Linux. Elsewhere each command loads its modules itself."""
LOADED: Final = Path(__file__).with_name("programs") / "loaded.py"


class Fork:
    """A command that was started so, with what is used of `subprocess.Popen`."""

    def __init__(self, loaded: "Loaded", pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._loaded, self._descriptor = loaded, os.pidfd_open(pid)

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutExpired after `timeout` seconds."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("harness", timeout or 0)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            signal.pidfd_send_signal(self._descriptor, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, within_s: float | None) -> int | None:
        if self.returncode is None:
            poller = select.poll()
            poller.register(self._descriptor, select.POLLIN)
            if poller.poll(None if within_s is None else within_s * 1000):
                self.returncode = self._loaded.exit_code(self.pid)
                os.close(self._descriptor)
        return self.returncode


class Loaded:
    """The process that is forked. It ends when this one does."""

    def __init__(self) -> None:
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", str(LOADED)],
                env={**os.environ, **WIDE},
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._lock = Lock()

    def start(
        self, arguments: Sequence[str], folder: Path, variables: Mapping[str, str], out: IO[str], err: IO[str]
    ) -> int:
        wanted = {"arguments": arguments, "folder": str(folder), "environment": dict(variables)}
        return self._answer({"start": wanted}, [out.fileno(), err.fileno()])

    def exit_code(self, pid: int) -> int:
        """Of one that has ended; asked once."""
        return self._answer({"end": pid})

    def end(self) -> None:
        self._orders.close()
        self._process.wait()

    def _answer(self, order: Mapping[str, Any], descriptors: Sequence[int] = ()) -> int:
        with self._lock:
            socket.send_fds(self._orders, [json.dumps(order).encode()], list(descriptors))
            return int(self._orders.recv(100))


@cache
def _loaded() -> Loaded:
    loaded = Loaded()
    atexit.register(loaded.end)
    return loaded


def started(
    arguments: Sequence[str],
    folder: Path,
    variables: Mapping[str, str],
    out: IO[str],
    err: IO[str],
    *,
    under: str = "",
) -> Fork | subprocess.Popen[bytes]:
    """`harness` with these arguments in that folder, with nothing on standard input, in a session of its own: Ctrl-C at
    the terminal of the tests is not for it. `under`: a program that starts it."""
    if POSSIBLE and not under:
        loaded = _loaded()
        return Fork(loaded, loaded.start(arguments, folder, variables, out, err))
    return subprocess.Popen(
        [*under.split(), str(COMMAND), *arguments],
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        start_new_session=True,
    )
