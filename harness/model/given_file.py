"""Text that others wrote: files read within bounds, values shown within bounds."""

import os
import stat
from pathlib import Path
from typing import Final

LONGEST_SHOWN: Final = 200
KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Unreadable(ValueError):
    """A file that cannot be taken; the message says why, and names no path."""


def lies_at(path: Path) -> bool:
    """Whether anything has this name, also a link to nothing, or what may not be looked at."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError:
        return True
    return True


def refuse_unreadable(path: Path) -> None:
    """Raise Unreadable unless an ordinary file is there. A named pipe, for one, would be waited for without end."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise Unreadable("is a link to nothing" if path.is_symlink() else "is not there") from None
    except OSError as fault:
        raise Unreadable(f"cannot be read: {fault.strerror}") from None
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in KINDS if is_kind(mode)), "something else")
        raise Unreadable(f"is {kind}, not a file")
    if not os.access(path, os.R_OK):
        raise Unreadable("cannot be read: Permission denied")


def text_of(path: Path, most_bytes: int) -> str:
    """The text of an ordinary file in UTF-8. Raises Unreadable where it is none, or has more than `most_bytes`."""
    refuse_unreadable(path)
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except OSError as fault:
        raise Unreadable(f"cannot be read: {fault.strerror}") from None
    if len(content) > most_bytes:
        raise Unreadable(f"is larger than {most_bytes:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise Unreadable(f"is not text in UTF-8: byte {fault.start:,} is 0x{content[fault.start]:02x}") from None


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    """At most so many characters, with what a terminal would obey made visible; the middle goes first."""
    if len(text) > most:
        kept = (most - 5) // 2
        text = f"{text[:kept]} ... {text[-kept:]}"
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
