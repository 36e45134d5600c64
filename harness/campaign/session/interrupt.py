"""Ctrl-C, SIGTERM and the end of the terminal (SIGHUP): the first asks for an end, the second ends at once."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

ASKING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Heard = Callable[[bool], None]
"""Called when the first signal comes, within its handler, with whether the end comes at once. It must not touch what
the program may be in the middle of."""


class Interrupt:
    """Whether an end was asked for."""

    def __init__(self, heard: Heard = lambda _: None) -> None:
        self.asked, self._heard, self._waiting = False, heard, False

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        leave_a_lost_terminal(number)
        first, self.asked = not self.asked, True
        if first:
            self._heard(self._waiting)
        if self._waiting or not first:
            raise KeyboardInterrupt

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside, nothing is under way that must be finished: the first signal raises KeyboardInterrupt too, and one
        that came before raises it at the entry."""
        self._waiting = True
        try:
            if self.asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._waiting = False


@contextmanager
def listening(heard: Heard) -> Iterator[Interrupt]:
    """Handle the signals while inside; the handlers from before are put back. Main thread only."""
    interrupt = Interrupt(heard)
    with _handled(interrupt._handle, ASKING):
        yield interrupt


@contextmanager
def raising() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP raise KeyboardInterrupt as Ctrl-C does, so that what is owned is ended with us."""

    def handle(number: int, _frame: FrameType | None) -> None:
        leave_a_lost_terminal(number)
        raise KeyboardInterrupt

    with _handled(handle, (signal.SIGTERM, signal.SIGHUP)):
        yield


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None], numbers: tuple[signal.Signals, ...]) -> Iterator[None]:
    before: dict[signal.Signals, Any] = {}
    for number in numbers:
        # nohup ignores it on purpose: the campaign goes on when the terminal is closed.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler_before in before.items():
            signal.signal(number, handler_before)


def leave_a_lost_terminal(number: int) -> None:
    """Write to nowhere from here on, where the terminal that standard output or error went to was closed: each further
    line would be a fault, and what was measured would not be kept."""
    if number != signal.SIGHUP:
        return
    for descriptor in _TERMINALS:
        if not os.isatty(descriptor):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)


_TERMINALS: Final = tuple(n for n, stream in ((1, sys.__stdout__), (2, sys.__stderr__)) if stream and os.isatty(n))
"""The descriptors of standard output and error that were terminals at the start."""
