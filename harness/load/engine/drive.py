"""A slice under way: who may send, what is counted, and how it ends.

Timers are only as exact as libev's (a millisecond), so the counted stretch is measured, not assumed.
"""

from abc import ABC, abstractmethod
from array import array
from collections import Counter
from collections.abc import Sequence
from time import perf_counter as clock
from typing import Final

import gevent
import numpy as np
from gevent.event import Event

from harness.load.engine.connections.base import Connection
from harness.load.engine.connections.lane import Owner
from harness.load.engine.judging import Fault
from harness.load.engine.lateness import away, suspended_s
from harness.load.engine.script import Script
from harness.load.engine.turns import Turns
from harness.load.histogram import Times
from harness.model.measured.load import ErrorKind, Slice

RETRY_S: Final = 0.05
"""How long a connection that could not be opened waits before the next attempt."""
TICK_S: Final = 0.1
"""How often a long slice folds its latencies into the histogram and looks for overdue answers."""
CLOSE_ENOUGH_S: Final = 0.0005
MAX_FAULTS_TOLD: Final = 5
IDLE: Final = Owner()


class Drive(Owner, ABC):
    """Drives `connections` for the time of one slice: burn in, count, stop, drain. Its fields are complete after `run`.

    `times`: response times. `first_times`: until the first event of a stream. `turns`: the loop's, where it never
    sleeps; None where the kernel wakes it. `offered`, `backlog`, `service_times` and `lateness` are the open model's.
    """

    offered: int | None = None
    backlog: int | None = None
    service_times: Times | None = None
    lateness: Times | None = None

    def __init__(self, connections: Sequence[Connection], script: Script, slice_: Slice) -> None:
        super().__init__()
        self.slice_, self._connections, self._script = slice_, connections, script
        self.turns = Turns(gevent.get_hub().loop, self._in_passing) if slice_.spins else None
        self.completions = 0
        self.errors: Counter[ErrorKind] = Counter()
        self.faults: list[str] = []
        self.marks: set[str] = set()
        self.times = Times()
        self.first_times = Times()
        self.started = self.counted_from = self.counted_to = 0.0
        self._latencies: array[float] = array("d")
        self._firsts: array[float] = array("d")
        self._sending = False
        self._late_s = 0.0
        self._in_flight = 0
        self._at_rest = Event()
        self._burnt_in = self._drained = self._untimed = 0

    @property
    def answered_in_all(self) -> int:
        """Right responses of the whole slice, burn-in, drain and untimed ones included: what the server worked for."""
        return self._burnt_in + self.completions + self._drained + self._untimed

    @property
    def duration_s(self) -> float:
        """Length of the counted stretch."""
        return self.counted_to - self.counted_from

    @abstractmethod
    def _begin(self) -> None:
        """Give the connections their first requests."""

    @abstractmethod
    def _count(self) -> None:
        """The burn-in is over."""

    @abstractmethod
    def _stop(self) -> int:
        """The slice is over: count no longer. Returns how many requests are still to be answered."""

    @abstractmethod
    def _free(self, connection: Connection) -> None:
        """The connection has nothing to do: give it its next request, if it may have one."""

    def run(self) -> None:
        """Blocks the calling greenlet, not the loop."""
        asked_first = self._script.begin(len(self._connections))
        for connection, exchange in zip(self._connections, asked_first, strict=True):
            connection.drive, connection.exchange = self, exchange
        slept_s = suspended_s()
        try:
            self._sending = True
            if self.turns is not None:
                self.turns.start()
            self.started = clock()
            self._begin()
            self._pass_until(self.started + self.slice_.burn_in_s)
            self._count()
            self._pass_until(self.started + self.slice_.length_s)
            self._sending = False
            self._in_flight = self._stop()
            self._drain()
            self.marks |= away(self._late_s, suspended_s() - slept_s, len(self._connections))
        finally:
            if self.turns is not None:
                self.turns.stop()
            for connection in self._connections:
                connection.drive = IDLE
            self._script.end(connection.exchange for connection in self._connections)

    def _in_passing(self) -> None:
        """A turn of a loop that never sleeps has found nothing."""

    def beside(self, connection: Connection) -> None:
        """A right answer to a request that is not timed."""
        self._untimed += 1
        self._finished()
        self._free(connection)

    def failed(self, connection: Connection, kind: ErrorKind, why: str) -> None:
        """The exchange on a connection failed, and the connection is closed."""
        self._fault(kind, why)
        self._finished()
        if kind == "connect":
            gevent.spawn_later(RETRY_S, self._retry, connection)
        else:
            self._free(connection)

    def _retry(self, connection: Connection) -> None:
        if connection.drive is self:
            self._free(connection)

    def _fault(self, kind: ErrorKind, why: str) -> None:
        self.errors[kind] += 1
        if len(self.faults) < MAX_FAULTS_TOLD:
            self.faults.append(f"{kind}: {why}")

    def _finished(self) -> None:
        """A request was answered, or never will be."""
        if not self._sending:
            self._in_flight -= 1
            if not self._in_flight:
                self._at_rest.set()

    def _pass_until(self, moment: float) -> None:
        while (left := moment - clock()) > CLOSE_ENOUGH_S:
            due = clock() + min(left, TICK_S)
            gevent.sleep(min(left, TICK_S))
            self._note_late(due)
            if moment - clock() > CLOSE_ENOUGH_S:
                self._tick()
        self._note_late(moment)

    def _note_late(self, due: float) -> None:
        """The loop has come round to what was due."""
        self._late_s = max(self._late_s, clock() - due)

    def _tick(self) -> None:
        self._fold()
        self._script.forget()
        now = clock()
        if now - self.started > self.slice_.drain_s:
            self._give_up([c for c in self._connections if c.busy and now - c.asked_at > self.slice_.drain_s])

    def _drain(self) -> None:
        if self._in_flight and not self._is_at_rest(clock() + self.slice_.drain_s):
            self.marks.add("drain-overrun")
            self._give_up([connection for connection in self._connections if connection.busy])
        self._fold()

    def _is_at_rest(self, moment: float) -> bool:
        """Wait for the last answers, until the moment at the latest."""
        while (left := moment - clock()) > 0:
            due = clock() + min(left, TICK_S)
            is_at_rest = self._at_rest.wait(min(left, TICK_S))
            self._note_late(due)
            if is_at_rest:
                return True
        return False

    def _give_up(self, overdue: Sequence[Connection]) -> None:
        for connection in overdue:
            kind: ErrorKind = "connect" if connection.is_connecting else "timeout"
            connection.close()
            self.failed(connection, kind, f"nothing complete within {self.slice_.drain_s} s")

    def _fold(self) -> None:
        """Latencies are appended one by one, which is cheapest, and counted in bulk."""
        self.times.add(np.frombuffer(self._latencies, dtype=np.float64))
        self.first_times.add(np.frombuffer(self._firsts, dtype=np.float64))
        self._forget()

    def _forget(self) -> None:
        self._latencies, self._firsts = array("d"), array("d")
        self.record = self._latencies.append


class ClosedDrive(Drive):
    """The closed model: each connection asks again as soon as it has been answered."""

    def answered(self, connection: Connection, size: int, body_size: int, fault: Fault | None, now: float) -> None:
        """Count it, and go on."""
        if fault is not None:
            self._fault(*fault)
        elif not self.streaming:
            self._drained += 1
        else:
            self.record(now - connection.asked_at)
            self.bytes_received += size
            self.body_bytes += body_size
        self._finished()
        self._free(connection)

    def began(self, connection: Connection, now: float) -> None:
        """The first event of a stream came."""
        if self.streaming:
            self._firsts.append(now - connection.asked_at)

    def _begin(self) -> None:
        self._forget()
        self.streaming = True
        for connection in self._connections:
            connection.ask(clock())

    def _count(self) -> None:
        self.counted_from = clock()
        self._burnt_in = self.times.count + len(self._latencies)
        self._forget()
        self.times, self.first_times = Times(), Times()
        self.bytes_received = self.body_bytes = 0

    def _stop(self) -> int:
        self.streaming = False
        self.counted_to = clock()
        self._fold()
        self.completions = self.times.count
        return sum(connection.busy for connection in self._connections)

    def _free(self, connection: Connection) -> None:
        if self.streaming:
            connection.ask(clock())
