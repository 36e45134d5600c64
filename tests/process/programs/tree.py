"""Starts a child, a grandchild, and a double-forked daemon in a session of its own; all wait. Writes `ready`."""

import os
import signal
import sys
import time
from pathlib import Path


def forever() -> None:
    """For longer than any test, and not for ever: the warden under test may be broken."""
    time.sleep(300)


def main(ready: str, *options: str) -> None:
    if "stubborn" in options:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if os.fork() == 0:
        os.fork()
        forever()
    if "no-daemon" in options:
        Path(ready + ".daemon").touch()
    elif os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.closerange(0, 3)
            os.environ.clear()
            os.execv(
                sys.executable,
                [sys.executable, "-c", f"open({ready + '.daemon'!r}, 'w'); import time; time.sleep(300)"],
            )
        os._exit(0)
    else:
        os.wait()
    while not Path(ready + ".daemon").exists():
        time.sleep(0.01)
    Path(ready).touch()
    forever()


main(*sys.argv[1:])
