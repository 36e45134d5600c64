"""What a load process or worker sets up for itself, and the harness's own process never."""

import logging
import os
from types import TracebackType
from typing import Any, Final

import gevent
from locust import runners

NEVER_S: Final = 1e9
BUG: Final = 70
"""Exit code of a process whose engine raised what it must not (EX_SOFTWARE of sysexits.h)."""


def set_up() -> None:
    """Logs to standard error, and an end at the first bug in a callback."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("locust.runners").setLevel(logging.ERROR)  # it warns of every fast spawn
    runners.CPU_MONITOR_INTERVAL = NEVER_S  # it would look in the middle of slices, and warn of a core kept busy
    end_at_a_bug()


def end_at_a_bug() -> None:
    """gevent prints what a callback raises and goes on: a connection would be lost in silence, and figures with it."""
    hub: Any = gevent.get_hub()
    usual = hub.handle_error

    def handle_error(context: Any, kind: type[BaseException], value: BaseException, at: TracebackType | None) -> None:
        usual(context, kind, value, at)
        if not isinstance(context, gevent.Greenlet):
            os._exit(BUG)

    hub.handle_error = handle_error
