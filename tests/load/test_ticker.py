"""The clock of the open model."""

from statistics import median
from time import perf_counter as clock

import gevent
import pytest

from harness.load.engine.ticker import LoopTicker, ticker

INTERVAL_S = 0.1


@pytest.mark.parametrize("make", [ticker, LoopTicker])
@pytest.mark.parametrize("phase", [0.0, 0.3, 0.9])
def test_ticks_come_at_whole_intervals_from_the_moment_they_are_counted_from(make: object, phase: float) -> None:
    """Whenever the ticker was made: half an interval is what a busy machine may add to most."""
    seen: list[float] = []
    begin = clock() - phase * INTERVAL_S
    running = make(gevent.get_hub().loop, begin, INTERVAL_S, lambda: seen.append(clock()))  # type: ignore[operator]
    gevent.sleep(1.3)
    running.stop()
    assert len(seen) > 10
    assert min(seen) >= begin + 0.95 * INTERVAL_S
    assert median((at - begin) % INTERVAL_S for at in seen) < INTERVAL_S / 2
