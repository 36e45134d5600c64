"""JSON lines that survive a kill: appended whole, synced, and read past a broken line."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from harness.model.errors import EnvironmentRefused
from harness.model.notice import Notice

T = TypeVar("T")


def append_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """Append one JSON line each and sync. A half line left by a kill is first closed off with a newline.

    Raises EnvironmentRefused where the disk does not take it; what was there before stays.
    """
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    try:
        with path.open("ab") as file:
            if _ends_in_half_a_line(path):
                file.write(b"\n")
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise unwritable(path, error) from None


def unwritable(path: Path, error: OSError) -> EnvironmentRefused:
    """The disk does not take a file."""
    return EnvironmentRefused(
        f"cannot be written: {error.strerror}",
        where=str(path),
        mend="make room on the disk; everything measured so far is kept, and --resume goes on",
    )


def _ends_in_half_a_line(path: Path) -> bool:
    if path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def read_lines(path: Path, parse: Callable[[Any], T]) -> tuple[tuple[T, ...], tuple[Notice, ...]]:
    """Every line that `parse` takes (it raises ValueError for one it does not), and a notice for each other one."""
    if not path.exists():
        return (), ()
    taken: list[T] = []
    notices: list[Notice] = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                taken.append(parse(json.loads(line)))
            except ValueError as error:
                notices.append(_broken(path, number, error))
    return tuple(taken), tuple(notices)


def _broken(path: Path, number: int, error: ValueError) -> Notice:
    reason = " ".join(str(error).split())[:200]
    return Notice(
        code="broken-line",
        seen=f"{path.name}, line {number} could not be read and was left out: {reason}",
        mend="a line cut off by a kill or a full disk is expected once; anything else was changed by hand",
    )
