"""Locks between processes, and working folders that a killed harness does not leave behind for ever."""

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from harness.model.errors import EnvironmentRefused

HELD: Final = ".held"
"""The mark of a folder's holder, who keeps it locked."""
OURS: Final = "harness"
"""With this begins the name of every temporary folder."""


@contextmanager
def locked(path: Path) -> Iterator[int]:
    """Only one process at a time is inside, others wait. The kernel releases the lock of a process that dies.

    Yields the descriptor that holds the lock: a child that inherits it holds the lock too, and on its own if need be.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


@contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Like `locked`, but never waits: says whether we are inside, which we are not while somebody else is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def private_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, removed at the end. Those that a killed harness left there are removed first."""
    parent.mkdir(parents=True, exist_ok=True)
    sweep(parent, prefix)
    with _held_folder(parent, prefix) as folder:
        yield folder


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A new folder where the system keeps temporary files, removed at the end, or by `sweep_temporary` where this
    harness is killed."""
    with _held_folder(Path(tempfile.gettempdir()), f"{OURS}-{purpose}") as folder:
        yield folder


def sweep_temporary() -> None:
    """Remove the temporary folders that killed harnesses left; never one that a living one holds, or another's."""
    with suppress(OSError):  # there is no such folder: refused where one is needed
        sweep(Path(tempfile.gettempdir()), OURS)


def sweep(parent: Path, prefix: str) -> None:
    """Remove abandoned folders of that prefix in `parent`: this user's, with the mark of a holder, and held no more."""
    for folder in parent.glob(f"{prefix}-*"):
        with _abandoned(folder) as abandoned:
            if abandoned:
                _remove(folder)


def refuse_unusable_temporary_folder() -> None:
    """Raises EnvironmentRefused where no temporary file can be made in the folder that TMPDIR names, or in any."""
    named = os.environ.get("TMPDIR") or None
    try:
        with tempfile.TemporaryFile(dir=named):
            pass
    except OSError as fault:
        raise EnvironmentRefused(
            f"no temporary file can be made in {named or 'any of the usual folders'}: {fault.strerror}",
            where="TMPDIR",
            mend="set it to a folder that can be written to: export TMPDIR=/tmp",
        ) from fault


@contextmanager
def _held_folder(parent: Path, prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{prefix}-"))
    # Locked before it has its name: nobody ever finds the mark of a living holder without its lock.
    holder = os.open(folder / f"{HELD}.new", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    fcntl.flock(holder, fcntl.LOCK_EX)
    (folder / f"{HELD}.new").rename(folder / HELD)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(holder)


@contextmanager
def _abandoned(folder: Path) -> Iterator[bool]:
    """Whether the folder is one of this user's that nobody holds; inside, we hold it."""
    try:
        seen = folder.lstat()
        holder = os.open(folder / HELD, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:  # another's, without a mark, or gone meanwhile
        yield False
        return
    try:
        mark = os.fstat(holder)
        ours = (
            stat.S_ISDIR(seen.st_mode) and stat.S_ISREG(mark.st_mode) and {seen.st_uid, mark.st_uid} == {os.geteuid()}
        )
        yield ours and _lockable(holder)
    finally:
        os.close(holder)


def _lockable(descriptor: int) -> bool:
    """Lock it, unless somebody else has."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(folder: Path) -> None:
    """The mark last: what a dying server still writes to stays until the next time."""
    with suppress(FileNotFoundError):
        for path in folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name != HELD:
                path.unlink(missing_ok=True)
        if [path.name for path in folder.iterdir()] == [HELD]:
            shutil.rmtree(folder, ignore_errors=True)
