"""Locks between processes, and working folders that a killed harness does not leave behind for ever."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

HELD: Final = ".held"


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
    with locked(parent / f".{prefix}.lock"):
        for folder in parent.glob(f"{prefix}-*"):
            with locked_if_free(folder / HELD) as abandoned:
                if abandoned:  # what a dying server still writes to stays until the next time
                    shutil.rmtree(folder, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{prefix}-"))
        holder = os.open(folder / HELD, os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(holder)
