"""Running uv, the package manager that comes with the harness."""

import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

import uv

from harness.model.errors import EnvironmentRefused, HarnessError

T = TypeVar("T")

PACKAGES: Final = "uv"
"""uv's own cache, inside the project's: on one file system, so that environments are made of links."""

AT_ONCE: Final = 4
"""Calls of uv side by side: each waits for the network most of the time."""

LIMIT_S: Final = 900.0
"""The longest one call may take: a resolution with a cold cache over a slow line."""

NOT_INHERITED: Final = frozenset(
    {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "UV_PYTHON", "UV_SYSTEM_PYTHON"}
)
"""They would point uv at another environment than the one it is told of."""


_FINDING: Final = threading.Lock()
"""find_uv_bin asks sysconfig, which a second thread may see half initialised."""


class UvFailed(Exception):
    """uv ended with a fault; the message is uv's own words."""


def run_uv(arguments: Sequence[str], *, package_cache: Path, stdin: str = "", holding: Sequence[int] = ()) -> str:
    """Standard output of `uv ARGUMENTS`, with its packages cached in `package_cache`.

    `holding`: descriptors of locks that last as long as uv does, even when the harness is killed meanwhile.
    No Python is ever downloaded unless UV_PYTHON_DOWNLOADS says otherwise. Raises UvFailed when uv fails,
    EnvironmentRefused when it is not installed.
    """
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    environment = {
        "UV_PYTHON_DOWNLOADS": "never",
        **inherited,
        "UV_CACHE_DIR": str(package_cache),
        "UV_NO_PROGRESS": "1",
    }
    try:
        done = subprocess.run(
            [_executable(), "--quiet", "--color", "never", *arguments],
            input=stdin, capture_output=True, text=True, check=False, env=environment, timeout=LIMIT_S,
            pass_fds=tuple(holding),
        )  # fmt: skip
    except subprocess.TimeoutExpired as fault:
        raise UvFailed(f"no end after {LIMIT_S:.0f} s") from fault
    if done.returncode != 0:
        raise UvFailed(done.stderr.strip() or f"exit code {done.returncode}")
    return done.stdout


def side_by_side(jobs: Iterable[Callable[[], T]]) -> list[T | HarnessError]:
    """What each job returns, or the HarnessError it raises, in their order. Interrupted, it begins no further job."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(_outcome, job) for job in jobs]
        try:
            return [done.result() for done in begun]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


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
