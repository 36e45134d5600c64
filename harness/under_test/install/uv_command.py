"""Running uv, the package manager that comes with the harness."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, TypeVar

import uv

from harness.model.errors import EnvironmentRefused, HarnessError
from harness.process.environment import CONFIGURATION, NETWORK, passed_on

T = TypeVar("T")

PACKAGES: Final = "uv"
"""uv's own cache, inside the project's: on one file system, so that environments are made of links."""

AT_ONCE: Final = 4
"""Calls of uv side by side: each waits for the network most of the time."""

LIMIT_S: Final = 900.0
"""The longest one call may take: a resolution with a cold cache over a slow line."""

OWN_SETTINGS: Final = (
    *("UV_*INDEX*", "UV_FIND_LINKS", "UV_KEYRING_PROVIDER", "UV_CREDENTIALS_DIR", "UV_CONFIG_FILE", "UV_NO_CONFIG"),
    *(
        "UV_OFFLINE",
        "UV_HTTP_*",
        "UV_*_TIMEOUT",
        "UV_CONCURRENT_*",
        "UV_NATIVE_TLS",
        "UV_SYSTEM_CERTS",
        "UV_INSECURE_HOST",
    ),
    *("UV_LINK_MODE", "UV_PYTHON_DOWNLOADS"),
)
"""Where packages come from and how they are fetched. Others would point uv at another environment than the one it is
asked for (UV_PYTHON), or have it resolve other versions (UV_EXCLUDE_NEWER)."""

_FINDING: Final = threading.Lock()
"""find_uv_bin asks sysconfig, which a second thread may see half initialised."""


UNREACHABLE: Final = ("Failed to fetch", "the network was disabled")
"""uv's words where the package index did not answer, refused, or was not to be asked."""


class UvFailed(Exception):
    """uv ended with a fault; the message is uv's own words."""

    @property
    def unreachable(self) -> bool:
        """Whether the package index failed, and not what was asked of it."""
        return any(words in str(self) for words in UNREACHABLE)


def run_uv(
    arguments: Sequence[str],
    *,
    package_cache: Path,
    stdin: str = "",
    holding: Sequence[int] = (),
    cwd: Path | None = None,
) -> str:
    """Standard output of `uv ARGUMENTS`, with its packages cached in `package_cache`.

    `holding`: descriptors of locks that last as long as uv does, even when the harness is killed meanwhile.
    No Python is ever downloaded unless UV_PYTHON_DOWNLOADS says otherwise. Raises UvFailed when uv fails,
    EnvironmentRefused when it is not installed.
    """
    environment = {
        "UV_PYTHON_DOWNLOADS": "never",
        **passed_on(*NETWORK, *CONFIGURATION, *OWN_SETTINGS),
        "UV_CACHE_DIR": str(package_cache),
        "UV_NO_PROGRESS": "1",
    }
    argv = [_executable(), "--quiet", "--color", "never", *arguments]
    start = partial(
        subprocess.Popen, argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment, pass_fds=tuple(holding), cwd=cwd,
        start_new_session=True,  # Ctrl-C at the terminal reaches the harness alone
    )  # fmt: skip
    with _JOB.ending.watching(start) as process, process:
        try:
            out, err = process.communicate(stdin, timeout=LIMIT_S)
        except subprocess.TimeoutExpired as fault:
            _kill(process)
            raise UvFailed(f"no end after {LIMIT_S:.0f} s") from fault
        except BaseException:
            _kill(process)
            raise
    if process.returncode != 0:
        raise UvFailed("interrupted" if _JOB.ending.asked else err.strip() or f"exit code {process.returncode}")
    return out


def _kill(process: "subprocess.Popen[str]") -> None:
    """With the interpreter that it asks, and the like."""
    with suppress(ProcessLookupError):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


class _Ending:
    """Whether an end was asked for. Then every uv that is under way is killed, and no other begins."""

    def __init__(self) -> None:
        self.asked = False
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()

    @contextmanager
    def watching(self, start: "Callable[[], subprocess.Popen[str]]") -> "Iterator[subprocess.Popen[str]]":
        """A uv, started here. Raises UvFailed where an end was asked for before."""
        with self._lock:
            if self.asked:
                raise UvFailed("interrupted")
            process = start()
            self._running.add(process)
        try:
            yield process
        finally:
            with self._lock:
                self._running.discard(process)

    def ask(self) -> None:
        """From any thread. At its return each uv has its SIGKILL: this process may end at once."""
        with self._lock:
            self.asked = True
            for process in self._running:
                _kill(process)


class _Job(threading.local):
    """Of each thread: what asks for the end of what it does."""

    def __init__(self) -> None:
        self.ending = _Ending()


_JOB: Final = _Job()


def side_by_side(jobs: Iterable[Callable[[], T]]) -> list[T | HarnessError]:
    """What each job returns, or the HarnessError it raises, in their order.

    Interrupted, it returns at once: no further job begins, uv ends, and what waits for somebody else's lock is left to
    the end of this process.
    """
    begun: list[tuple[Callable[[], T], Future[T | HarnessError]]] = [(job, Future()) for job in jobs]
    waiting, ending = SimpleQueue[tuple[Callable[[], T], Future[T | HarnessError]]](), _Ending()
    for pair in begun:
        waiting.put(pair)
    for _ in range(min(AT_ONCE, len(begun))):
        threading.Thread(target=_work, args=(waiting, ending), daemon=True).start()
    try:
        return [done.result() for _, done in begun]
    finally:
        ending.ask()


def _work(waiting: "SimpleQueue[tuple[Callable[[], T], Future[T | HarnessError]]]", ending: _Ending) -> None:
    _JOB.ending = ending
    with suppress(Empty):
        while not ending.asked:
            job, done = waiting.get_nowait()
            try:
                done.set_result(_outcome(job))
            except BaseException as fault:  # noqa: BLE001  it is raised where the result is asked for
                done.set_exception(fault)


def _outcome(job: Callable[[], T]) -> T | HarnessError:
    try:
        return job()
    except HarnessError as fault:
        return fault


@cache
def _executable() -> str:
    try:
        with _FINDING:
            return str(uv.find_uv_bin())
    except FileNotFoundError as fault:
        raise EnvironmentRefused("uv is not installed beside the harness", mend="run make setup") from fault
