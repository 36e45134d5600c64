"""A periodic callback that is exact to some tens of microseconds, where libev's own timers are to a millisecond."""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from time import perf_counter as clock
from typing import Any, Final, Protocol

TFD_FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC
READ: Final = 1
ABSOLUTE: Final = 1
"""TFD_TIMER_ABSTIME of <sys/timerfd.h>."""


class Ticker(Protocol):
    """Calls back every so often until it is stopped."""

    def stop(self) -> None: ...


class TimeSpec(ctypes.Structure):
    """struct timespec of <time.h>."""

    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class TimerSpec(ctypes.Structure):
    """struct itimerspec of <sys/timerfd.h>."""

    _fields_ = (("interval", TimeSpec), ("first", TimeSpec))


class KernelTicker:
    """Linux's timerfd, watched like a socket: the kernel wakes the loop, at no cost while nothing is due."""

    def __init__(self, loop: Any, begin: float, interval_s: float, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._descriptor = timer_descriptor(begin, interval_s)
        self._watcher = loop.io(self._descriptor, READ)
        self._watcher.start(self._expired)

    def stop(self) -> None:
        self._watcher.stop()
        self._watcher.close()
        os.close(self._descriptor)

    def _expired(self) -> None:
        try:
            os.read(self._descriptor, 8)
        except BlockingIOError:
            return
        self._callback()


class LoopTicker:
    """libev's own timer: exact enough where the loop's clock is (kqueue)."""

    def __init__(self, loop: Any, begin: float, interval_s: float, callback: Callable[[], None]) -> None:
        self._watcher = loop.timer(max(0.0, begin + interval_s - clock()), interval_s)
        self._watcher.start(callback, update=True)

    def stop(self) -> None:
        self._watcher.stop()
        self._watcher.close()


def ticker(loop: Any, begin: float, interval_s: float, callback: Callable[[], None]) -> Ticker:
    """The most exact ticker this system has. Tick k comes at `begin` (seconds of `perf_counter`) and k intervals."""
    kind = KernelTicker if sys.platform == "linux" else LoopTicker
    return kind(loop, begin, interval_s, callback)


def timer_descriptor(begin: float, interval_s: float) -> int:
    """A timerfd that expires every `interval_s` after `begin` (timerfd_create(2)). Raises OSError.

    Linux counts `perf_counter` and CLOCK_MONOTONIC from the same moment.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.timerfd_create(time.CLOCK_MONOTONIC, TFD_FLAGS))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    spec = TimerSpec(time_spec(interval_s), time_spec(begin + interval_s))
    if libc.timerfd_settime(descriptor, ABSOLUTE, ctypes.byref(spec), None) != 0:
        code = ctypes.get_errno()
        os.close(descriptor)
        raise OSError(code, "timerfd_settime")
    return descriptor


def time_spec(seconds: float) -> TimeSpec:
    """To the nanosecond, and never zero, which would mean never."""
    return TimeSpec(*divmod(max(1, round(seconds * 1e9)), 1_000_000_000))
