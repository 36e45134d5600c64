"""JSON lines that survive a kill: appended whole, synced, and read past a broken line."""

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.given_file import Unreadable, lies_at, refuse_unreadable, shortened
from harness.model.notice import Notice

T = TypeVar("T")

MOST_TOLD: Final = 10
"""Broken lines of a file that are reported one by one."""
RESTORE: Final = "restore it from a copy"
DIGITS_OF_64_BITS: Final = 20
"""With the sign."""
LONG_INTEGER: Final = re.compile(rb"(?<![\d.])\d{19}")
_DIGITS_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")


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
    if not lies_at(path):
        return (), ()
    taken: list[T] = []
    notices: list[Notice] = []
    broken = 0
    try:
        refuse_unreadable(path)
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    taken.append(parse(from_json(line)))
                except ValueError as error:
                    broken += 1
                    if broken <= MOST_TOLD:
                        notices.append(_broken(path, number, error))
    except Unreadable as error:
        raise UsageError(str(error), where=str(path), mend=RESTORE) from None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(path), mend=RESTORE) from None
    if broken > MOST_TOLD:
        notices.append(_and_more(path, broken - MOST_TOLD))
    return tuple(taken), tuple(notices)


def from_json(text: str | bytes) -> Any:
    """The value. Raises ValueError also for what Python's json takes and no figure can be: NaN, Infinity, an integer
    beyond 64 bits, and nesting without end."""
    long = _has_long_integer(text if isinstance(text, bytes) else text.encode())  # a look at each would take as long
    try:
        return json.loads(text, parse_constant=_no_number, parse_int=_integer if long else None)
    except RecursionError:
        raise ValueError("its values are nested too deeply") from None


def _has_long_integer(text: bytes) -> bool:
    """The expression alone takes as long as reading the JSON."""
    return b"0" * 19 in text.translate(_DIGITS_ALIKE) and LONG_INTEGER.search(text) is not None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _integer(digits: str) -> int:
    if len(digits) > DIGITS_OF_64_BITS or abs(int(digits)) >= 2**63:
        raise ValueError(f"{shortened(digits, 40)} is too large")
    return int(digits)


def _and_more(path: Path, count: int) -> Notice:
    return Notice(
        code="broken-line",
        seen=f"{path.name}: {count:,} more lines could not be read and were left out",
        mend="restore the file from a copy",
    )


def _broken(path: Path, number: int, error: ValueError) -> Notice:
    reason = shortened(" ".join(str(error).split()))
    return Notice(
        code="broken-line",
        seen=f"{path.name}, line {number} could not be read and was left out: {reason}",
        mend="a line cut off by a kill or a full disk is expected once; anything else was changed by hand",
    )
