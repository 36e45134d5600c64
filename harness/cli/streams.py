"""Standard output and standard error, whose loss stops nothing: the reader of a pipe leaves, a disk is full."""

import contextlib
import errno
import os
import sys
from typing import Any, TextIO, cast


class Guarded:
    """A standard stream that never raises when it is written to. From the first failed write on, everything goes to
    nowhere, and `fault` keeps why. None stands for a stream that was closed before the command began."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream
        self.fault: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        return self._stream is not None and self._stream.isatty()

    def write(self, text: str) -> int:
        if self._stream is not None:
            shown = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
            try:
                self._stream.write(shown)
            except OSError as fault:
                self._lost(fault)
        return len(text)

    def flush(self) -> None:
        if self._stream is not None:
            try:
                self._stream.flush()
            except OSError as fault:
                self._lost(fault)

    def _lost(self, fault: OSError) -> None:
        """What is still buffered, and all that follows, must fail no more: not even when Python flushes at its end."""
        self.fault = self.fault or fault
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, cast(TextIO, self._stream).fileno())
            os.close(nowhere)


def guard() -> None:
    """Put guarded streams in place of the standard ones, once, at the start of the command."""
    for number in range(3):  # one that is closed would be taken by the next file that is opened
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout, sys.stderr = cast(TextIO, Guarded(sys.stdout)), cast(TextIO, Guarded(sys.stderr))


def unwritten() -> str:
    """Why what should stand on standard output does not; empty where it does, or where its reader has left."""
    sys.stdout.flush()
    fault = getattr(sys.stdout, "fault", None)
    return "" if fault is None or fault.errno == errno.EPIPE else str(fault.strerror)
