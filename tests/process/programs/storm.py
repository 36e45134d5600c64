"""Asked to end, forks on instead: daemons in sessions of their own, and a chain of forks whose every parent ends.

Bounded whatever happens: 300 daemons, a chain of 10 s, and nobody lives longer than 30 s.
"""

import os
import signal
import sys
import time
from pathlib import Path


def daemon() -> None:
    os.setsid()
    if os.fork() == 0:
        time.sleep(30)
    os._exit(0)


def chain() -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if os.fork():
            os._exit(0)
    os._exit(0)


def storm(*_: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        chain()
    for _ in range(300):
        if os.fork() == 0:
            daemon()
        time.sleep(0.005)
    time.sleep(30)
    os._exit(0)


signal.signal(signal.SIGTERM, storm)
Path(sys.argv[1]).touch()
for _ in range(1200):  # a signal that comes just before a long sleep would be heard at its end
    time.sleep(0.05)
