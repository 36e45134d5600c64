"""Ctrl-C and SIGTERM: the first asks for an end after the rotation in hand, the second ends at once."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether an end was asked for; `heard` is called when it is."""

    def __init__(self, heard: Callable[[], None] = lambda: None) -> None:
        self.asked, self._heard = False, heard

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        self._heard()


@contextmanager
def listening(heard: Callable[[], None]) -> Iterator[Interrupt]:
    """Handle SIGINT and SIGTERM while inside; the handlers from before are put back. Main thread only.

    `heard` runs within the handler: it must not touch what the program may be in the middle of.
    """
    interrupt = Interrupt(heard)
    before = {number: signal.signal(number, interrupt._handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
