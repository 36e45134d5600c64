"""The load process: `python -m harness.load.process SOCKET`.

It does what the driver orders, until the driver is gone.
"""

import sys

from locust import User  # noqa: F401  gevent's monkey patching comes before anything else

# isort: split
import logging
import socket

import gevent
from gevent.queue import Queue

from harness.load.fleet import LocalFleet
from harness.load.messages import (
    ORDERS,
    Cancel,
    Done,
    DriveSlices,
    Lines,
    Measured,
    Prepare,
    Prepared,
    Ready,
    Refused,
)
from harness.load.open_files import raise_limit
from harness.model.errors import HarnessError

log = logging.getLogger(__name__)


class Session:
    """One driver's orders, done one after another; a Cancel overtakes."""

    def __init__(self, lines: Lines, fleet: LocalFleet) -> None:
        self._lines, self._fleet = lines, fleet
        self._orders: Queue[Prepare | DriveSlices | None] = Queue()
        self._drives_heard = self._drives_begun = self._drives_cancelled = 0

    def serve(self) -> None:
        """Until the driver hangs up."""
        gevent.spawn(self._listen).link(lambda _: self._orders.put(None))
        self._lines.say(Ready())
        while (order := self._orders.get()) is not None:
            try:
                self._obey(order)
            except HarnessError as fault:
                name = type(fault).__name__
                self._lines.say(Refused(fault=name, what=fault.what, where=fault.where, mend=fault.mend))

    def _listen(self) -> None:
        while (order := self._lines.hear()) is not None:
            if isinstance(order, Cancel):
                self._drives_cancelled = self._drives_heard
            else:
                self._drives_heard += isinstance(order, DriveSlices)
                self._orders.put(order)
        self._drives_cancelled = self._drives_heard

    def _obey(self, order: Prepare | DriveSlices) -> None:
        if isinstance(order, Prepare):
            self._fleet.prepare(order)
            self._lines.say(Prepared())
            return
        self._drives_begun += 1
        for plan in order.slices:
            if self._drives_begun <= self._drives_cancelled:
                break
            self._lines.say(Measured(record=self._fleet.drive(plan)))
        self._lines.say(Done())


def main(address: str) -> None:
    """Connect to the driver's socket and serve it."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    logging.getLogger("locust.runners").setLevel(logging.ERROR)  # it warns of every fast spawn
    raise_limit()
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(address)
    fleet = LocalFleet()
    try:
        Session(Lines(connected, ORDERS), fleet).serve()
    except (BrokenPipeError, ConnectionResetError):
        log.warning("the driver is gone")
    finally:
        fleet.close()


if __name__ == "__main__":
    main(sys.argv[1])
