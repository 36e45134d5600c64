"""Was the generator itself away in a slice? It was stopped, starved of its core, or the whole machine slept.

A server that stalls is no such thing: the loop goes round all the same.
"""

import time
from typing import Final

from harness.model.measured.load import GENERATOR_STOPPED, MACHINE_SUSPENDED

MAX_LATE_S: Final = 0.2
"""How late the loop may come round: far more than a busy machine makes it wait."""
A_CONNECTION_S: Final = 0.00005
"""What one round of the loop may take for each connection that has an answer to be read."""
MAX_SUSPENDED_S: Final = 0.05


def suspended_s() -> float:
    """Seconds that the machine has slept since it started, where the system tells it: the clock that counts them,
    against the one that does not."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0.0
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


def away(late_s: float, slept_s: float, connections: int) -> frozenset[str]:
    """Marks of a slice in which the loop came round `late_s` too late at worst, and the machine slept for `slept_s`."""
    found = {
        GENERATOR_STOPPED: late_s > MAX_LATE_S + A_CONNECTION_S * connections,
        MACHINE_SUSPENDED: slept_s > MAX_SUSPENDED_S,
    }
    return frozenset(mark for mark, holds in found.items() if holds)
