"""Where the wall time of a campaign goes."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from harness.model.measured.campaign import measuring_s


class Phases:
    """Seconds by phase. Phases do not nest, so that they add up."""

    def __init__(self, already: dict[str, float] | None = None) -> None:
        self._seconds: defaultdict[str, float] = defaultdict(float, already or {})

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        finally:
            self._seconds[phase] += time.monotonic() - started

    def add(self, phase: str, seconds: float) -> None:
        self._seconds[phase] += seconds

    def measuring_s(self) -> float:
        """What the budget pays for: all but getting ready."""
        return measuring_s(self._seconds)

    def seconds(self) -> dict[str, float]:
        """Rounded to milliseconds, in the order the phases first ran."""
        return {phase: round(spent, 3) for phase, spent in self._seconds.items()}
