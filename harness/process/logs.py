"""The log of a program: its end for messages, and the secrets in it hidden once it has ended."""

import contextlib
import mmap
from collections.abc import Iterable
from pathlib import Path

from harness.model.foreign import spans_to_hide

TAIL_BYTES = 8192


def tail_of(log: Path, lines: int) -> str:
    """The last lines of the log, as they are; empty when there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def hide_secrets(log: Path, secrets: Iterable[str]) -> None:
    """Overwrite passwords in the log with asterisks, in place: what others append meanwhile stays whole.

    A log that cannot be changed, such as a device, is left as it is.
    """
    with (
        contextlib.suppress(OSError, ValueError),  # an empty file cannot be mapped
        log.open("r+b") as file,
        mmap.mmap(file.fileno(), 0) as content,
    ):
        for begin, end in list(spans_to_hide(content, secrets)):
            content[begin:end] = b"*" * (end - begin)
