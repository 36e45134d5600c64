"""Ctrl-C and SIGTERM: the first asks for an end after the rotation in hand, the second ends at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupt:
    """Whether an end was asked for."""

    def __init__(self) -> None:
        self.asked = False

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True


@contextmanager
def listening() -> Iterator[Interrupt]:
    """Handle SIGINT and SIGTERM while inside; the handlers from before are put back. Main thread only."""
    interrupt = Interrupt()
    before = {number: signal.signal(number, interrupt._handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
