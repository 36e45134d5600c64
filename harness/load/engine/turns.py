"""The loop's turns while a slice lasts, where the generator never sleeps.

A generator that sleeps must be woken, and the server under test pays for it in its own `send`
(docs/decisions/never-sleeping.md). While an idle watcher is active, libev polls and does not wait.
"""

from collections.abc import Callable
from time import perf_counter as clock
from typing import Any


class Turns:
    """Keeps the loop turning from `start` to `stop`, and tells how the time between was spent.

    `busy_s`: seconds of turns that found work; the rest found nothing to read and nothing due. A generator at its limit
    is busy all the time.
    """

    def __init__(self, loop: Any, in_passing: Callable[[], None]) -> None:
        """`in_passing` is called in each turn that found nothing."""
        self._loop, self._in_passing = loop, in_passing
        self._idle, self._polled = loop.idle(), loop.check()
        self._began = self._turn_began = self._lasted = 0.0
        self._found_nothing = False
        self.busy_s = 0.0
        self._squares = 0.0

    def start(self) -> None:
        self._turn_began = clock()
        self._idle.start(self._pass)
        self._polled.start(self._turn)

    def stop(self) -> None:
        for watcher in (self._idle, self._polled):
            watcher.stop()
            watcher.close()

    @property
    def ready_s(self) -> float:
        """How long an answer lay ready before it was read, seconds, on average over the busy time.

        An answer comes at any moment of one turn, is found at its end, and read in the course of the next: it waits
        half of both. Longer turns read more answers: turns are weighted by their length.
        """
        return self._squares / (2 * self.busy_s) if self.busy_s else 0.0

    def _pass(self) -> None:
        """Nothing else was pending in this turn."""
        self._found_nothing = True
        self._in_passing()

    def _turn(self) -> None:
        """The loop has polled; what it found is handled next."""
        now = clock()
        lasts = now - self._turn_began
        self._turn_began = now
        if self._found_nothing:
            self._found_nothing = False
        else:
            self.busy_s += lasts
            self._squares += lasts * (lasts + self._lasted)
        self._lasted = lasts
