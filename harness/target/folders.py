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
def locked(path: Path) -> Iterator[None]:
    """Only one process at a time is inside, others wait. The kernel releases the lock of a process that dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def is_free(path: Path) -> bool:
    """Whether nobody holds `path`; what does not exist is held by nobody."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True


@contextmanager
def private_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in `parent`, removed at the end. Those that a killed harness left there are removed first."""
    with locked(parent / f".{prefix}.lock"):
        for folder in parent.glob(f"{prefix}-*"):
            if is_free(folder / HELD):
                # What a dying server still writes to stays until the next time.
                shutil.rmtree(folder, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=f"{prefix}-"))
        holder = os.open(folder / HELD, os.O_CREAT | os.O_WRONLY, 0o600)
        fcntl.flock(holder, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
        os.close(holder)
