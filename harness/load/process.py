"""The load process: `python -m harness.load.process SOCKET [--workers N --bind HOST --port PORT --wait SECONDS]`.

It does what the driver orders, until the driver is gone.
"""

import argparse
import sys
from collections.abc import Sequence

from locust import User  # noqa: F401  gevent's monkey patching comes before anything else

# isort: split
import logging
import signal
import socket
from typing import TYPE_CHECKING

import gevent
from gevent.queue import Queue

from harness.load.locust_side.runner import LocalRunner
from harness.load.messages import (
    ORDERS,
    DriveSlices,
    Judge,
    Judged,
    Lines,
    Measured,
    Prepare,
    Prepared,
    Ready,
    Refused,
)
from harness.load.open_files import raise_limit
from harness.load.own_process import set_up
from harness.model.errors import HarnessError, UsageError

if TYPE_CHECKING:
    from harness.load.distributed.master import MasterRunner

log = logging.getLogger(__name__)


class Left(Exception):
    """Nobody waits any more for what is being prepared."""


class Session:
    """One driver's orders, done one after another."""

    def __init__(self, lines: Lines, runner: "LocalRunner | MasterRunner") -> None:
        self._lines, self._runner = lines, runner
        self._orders: Queue[Prepare | DriveSlices | Judge | None] = Queue()
        self._prepared = Prepare(targets=(), scenarios=())
        self._leaving = False
        self._preparing: gevent.Greenlet | None = None

    def leave(self, *_: object) -> None:
        """Serve no longer than the slice in hand lasts, and wait for no worker."""
        self._leaving = True
        self._orders.put(None)
        if self._preparing is not None:
            gevent.kill(self._preparing, Left)

    def serve(self) -> None:
        """Until the driver hangs up."""
        gevent.spawn(self._listen).link(self.leave)
        self._lines.say(Ready(port=self._runner.port))
        while (order := self._orders.get()) is not None:
            try:
                self._obey(order)
            except HarnessError as fault:
                self._lines.say(refusal_of(fault))
            except Left:
                return

    def _listen(self) -> None:
        while (order := self._lines.hear()) is not None:
            self._orders.put(order)

    def _obey(self, order: Prepare | DriveSlices | Judge) -> None:
        if isinstance(order, Prepare):
            self._preparing = gevent.getcurrent()
            try:
                self._runner.prepare(order)
            finally:
                self._preparing = None
            self._prepared = order
            self._lines.say(Prepared())
            return
        if isinstance(order, Judge):
            self._lines.say(Judged(found=tuple(self._runner.together())))
            return
        refuse_unprepared(order, self._prepared)
        records = []
        for slice_ in order.slices:
            if self._leaving:
                return
            records.append(self._runner.drive(slice_))
        self._lines.say(Measured(records=tuple(records)))


def refuse_unprepared(order: DriveSlices, prepared: Prepare) -> None:
    """Raises UsageError where a slice names a target or scenario that is not known."""
    known = {target.cell for target in prepared.targets}, {scenario.id for scenario in prepared.scenarios}
    for slice_ in order.slices:
        for name, names in zip((slice_.target, slice_.scenario), known, strict=True):
            if name not in names:
                raise UsageError(f"{name!r} was not prepared", where="load driver", mend="name it in prepare() first")


def main(arguments: Sequence[str]) -> None:
    """Connect to the driver's socket and serve it."""
    options = parsed(arguments)
    set_up()
    raise_limit()
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(options.socket)
    lines = Lines(connected, ORDERS)
    try:
        runner = runner_of(options)
    except HarnessError as fault:
        lines.say(refusal_of(fault))
        return
    session = Session(lines, runner)
    gevent.signal_handler(signal.SIGTERM, session.leave)  # workers elsewhere are sent home
    try:
        session.serve()
    except (BrokenPipeError, ConnectionResetError):
        log.warning("the driver is gone")
    finally:
        runner.close()


def runner_of(options: argparse.Namespace) -> "LocalRunner | MasterRunner":
    """Load from this very process, or from workers."""
    if options.workers == 0:
        return LocalRunner()
    from harness.load.distributed.master import MasterRunner  # noqa: PLC0415 (few campaigns have workers)

    return MasterRunner(options.workers, options.bind, options.port, options.wait)


def refusal_of(fault: HarnessError) -> Refused:
    return Refused(fault=type(fault).__name__, what=fault.what, where=fault.where, mend=fault.mend)


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="harness.load.process", description=__doc__)
    parser.add_argument("socket")
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--wait", type=float, default=0.0)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
