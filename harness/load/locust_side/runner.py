"""Who drives: Locust's local runner, which brings up as many connection slots as a level asks for."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

import gevent

from harness.load.engine.rotation import Rotation, Slots
from harness.load.locust_side.sampling import Checks, less_wrong
from harness.load.locust_side.tally import merge_into
from harness.load.locust_side.user import LoadEnvironment
from harness.load.messages import Prepare
from harness.load.open_files import allowed, demand
from harness.model.errors import HarnessError
from harness.model.measured.load import Slice, SliceRecord, Together

SPAWN_TIMEOUT_S: Final = 30.0
MAX_TOLD: Final = 20
"""Faults of one slice."""

log = logging.getLogger(__name__)


class LocalRunner:
    """Users, connections and slices in this very process, under Locust's LocalRunner."""

    port: int | None = None

    def __init__(self) -> None:
        self._slots = Slots()
        self._rotation = Rotation(self._slots)
        self._environment = LoadEnvironment(self._slots)
        self._runner = self._environment.create_local_runner()
        self._checks = Checks(())
        self._targets = 0

    def prepare(self, order: Prepare) -> None:
        """Close every connection, and aim at other targets."""
        self._spawn(0)
        self._targets = len(order.targets)
        self._checks = Checks(order.scenarios)
        self._rotation.prepare(order.targets, order.scenarios)

    def drive(self, slice_: Slice) -> SliceRecord:
        """Bring the slots to the slice's level, and drive it."""
        if len(self._slots) != slice_.level.connections:
            demand(slice_.level.connections, self._targets, allowed(), where="load process")
            self._spawn(slice_.level.connections)
        self._rotation.connect(slice_.target, slice_.scenario, slice_.level.connections)
        outcome = self._rotation.drive(slice_)
        sampled = self._checks.sampled(slice_, outcome.taken)
        self._rotation.know(slice_, sampled.right)
        tell_faults(slice_, [*outcome.faults, *sampled.faults])
        record = less_wrong(outcome.record, sampled.wrong)
        merge_into(self._environment.stats, record)
        return record

    def together(self) -> Iterator[Together]:
        """What the samples since `prepare` show as a set."""
        return self._checks.together()

    def close(self) -> None:
        self._runner.quit()

    def _spawn(self, users: int) -> None:
        if users == len(self._slots):
            return
        self._runner.start(users, spawn_rate=max(users, len(self._slots)))  # all at once
        await_until(lambda: len(self._slots) == users, SPAWN_TIMEOUT_S, f"Locust did not bring up {users} users")


def tell_faults(slice_: Slice, faults: Iterable[str]) -> None:
    """Into the log: records only count them."""
    for fault in islice(faults, MAX_TOLD):
        log.warning("%s %s %s: %s", slice_.target, slice_.scenario, slice_.level.label, fault)


def await_until(arrived: Callable[[], bool], timeout_s: float, otherwise: str) -> None:
    """Wait in this greenlet. Raises HarnessError when the time is over."""
    deadline = time.monotonic() + timeout_s
    while not arrived():
        if time.monotonic() > deadline:
            raise HarnessError(f"{otherwise} within {timeout_s:.0f} s", where="load process", mend="see its log")
        gevent.sleep(0.002)
