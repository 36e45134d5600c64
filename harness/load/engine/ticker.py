"""A periodic callback that is exact to some tens of microseconds, where libev's own timers are to a millisecond."""

import ctypes
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

TFD_FLAGS: Final = os.O_NONBLOCK | os.O_CLOEXEC
READ: Final = 1


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

    def __init__(self, loop: Any, interval_s: float, callback: Callable[[], None]) -> None:
        self._callback = callback
        self._descriptor = timer_descriptor(interval_s)
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

    def __init__(self, loop: Any, interval_s: float, callback: Callable[[], None]) -> None:
        self._watcher = loop.timer(interval_s, interval_s)
        self._watcher.start(callback, update=True)

    def stop(self) -> None:
        self._watcher.stop()
        self._watcher.close()


def ticker(loop: Any, interval_s: float, callback: Callable[[], None]) -> Ticker:
    """The most exact ticker this system has; the first tick comes after one interval."""
    kind = KernelTicker if sys.platform == "linux" else LoopTicker
    return kind(loop, interval_s, callback)


def timer_descriptor(interval_s: float) -> int:
    """A timerfd that expires every `interval_s` (timerfd_create(2)). Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = int(libc.timerfd_create(time.CLOCK_MONOTONIC, TFD_FLAGS))
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), "timerfd_create")
    seconds, nanoseconds = divmod(max(1, round(interval_s * 1e9)), 1_000_000_000)
    interval = TimeSpec(seconds, nanoseconds)
    if libc.timerfd_settime(descriptor, 0, ctypes.byref(TimerSpec(interval, interval)), None) != 0:
        code = ctypes.get_errno()
        os.close(descriptor)
        raise OSError(code, "timerfd_settime")
    return descriptor
