"""The open model: requests fall due at a constant rate, whether or not the server keeps up."""

import math
from array import array
from collections import deque
from collections.abc import Callable, Sequence
from time import perf_counter as clock
from typing import Final

import gevent
import numpy as np

from harness.load.engine.connections.base import Connection
from harness.load.engine.drive import Drive
from harness.load.engine.judging import Fault
from harness.load.engine.script import Script
from harness.load.engine.ticker import Ticker, ticker
from harness.load.histogram import Times
from harness.model.measured.load import Slice

SHORTEST_TICK_S: Final = 0.0001
"""Above 10,000 requests per second several are due at one tick: this late at most, and timed from their due moment."""


class OpenDrive(Drive):
    """Sends each request at its due time, or as soon after it as a connection is free (no coordinated omission).

    The due time of request k is the slice's start + k / rate. Response times, from the due time, and service times,
    from the sending, are those of the requests due in the counted stretch, whenever they are answered; completions and
    bytes are what was received in it. What is due and unsent at the slice's end (`backlog`) is sent in the drain, since
    leaving it out would hide the longest waits; what the drain's deadline cuts off is marked `backlog-dropped`.

    A request that is not timed is due like any other, and is in no figure once it is rightly answered.

    `lateness`: how long after its due time a request was sent, or after a connection came free for it: the
    generator's own part.
    """

    def __init__(self, connections: Sequence[Connection], script: Script, slice_: Slice) -> None:
        super().__init__(connections, script, slice_)
        assert slice_.offered_rate is not None
        self._period = round(1e9 / slice_.offered_rate) / 1e9  # whole nanoseconds: ticks stay at the due times
        self._ticker: Ticker | None = None
        self._total = due_before(slice_.length_s, slice_.offered_rate)
        self._first_counted = due_before(slice_.burn_in_s, slice_.offered_rate)
        self.offered: int = self._total - self._first_counted
        self.service_times: Times = Times()
        self.lateness: Times = Times()
        self._services: array[float] = array("d")
        self._late: array[float] = array("d")
        self._served: Callable[[float], None]
        self._sent = 0
        self._is_sending_due = False
        self._counted_due = 0.0
        self._idle = deque((connection, 0.0) for connection in connections)  # and since when it is free

    def run(self) -> None:
        """Blocks the calling greenlet, not the loop."""
        try:
            super().run()
        finally:
            if self._ticker is not None:
                self._ticker.stop()

    def answered(self, connection: Connection, size: int, body_size: int, fault: Fault | None, now: float) -> None:
        """Count it, and go on with what is due."""
        if fault is not None:
            self._fault(*fault)
        else:
            if self.counted_from <= now < self.counted_to:
                self.completions += 1
                self.bytes_received += size
                self.body_bytes += body_size
            elif now < self.counted_from:
                self._burnt_in += 1
            else:
                self._drained += 1
            if connection.due >= self._counted_due:
                self.record(now - connection.due)
                self._served(now - connection.asked_at)
        self._finished()
        self._free(connection)

    def beside(self, connection: Connection) -> None:
        """A right answer to a request that is not timed: it is not missing among those that are."""
        if connection.due >= self._counted_due:
            self.offered -= 1
        super().beside(connection)

    def began(self, connection: Connection, now: float) -> None:
        """The first event of a stream came."""
        if connection.due >= self._counted_due:
            self._firsts.append(now - connection.due)

    def _in_passing(self) -> None:
        self._send_due()

    def _begin(self) -> None:
        self._forget()
        self.counted_from = self.started + self.slice_.burn_in_s
        self.counted_to = self.started + self.slice_.length_s
        self._counted_due = self.started + self._first_counted * self._period
        self._send_due()
        if self.turns is not None:  # every turn looks what is due
            return
        # Ticks and due times are counted from the same moment: a tick at another phase finds each request overdue by
        # up to a period.
        loop = gevent.get_hub().loop
        self._ticker = ticker(loop, self.started, max(self._period, SHORTEST_TICK_S), self._send_due)

    def _count(self) -> None:
        """By the due times, which are known beforehand."""

    def _stop(self) -> int:
        self._send_due()
        self.backlog = self._total - self._sent
        return self.backlog + sum(connection.busy for connection in self._connections)

    def _give_up(self, overdue: Sequence[Connection]) -> None:
        if not self._sending and self._sent < self._total:
            self.marks.add("backlog-dropped")
            self._total = self._sent
        super()._give_up(overdue)

    def _free(self, connection: Connection) -> None:
        self._idle.append((connection, clock()))
        self._send_due()

    def _send_due(self) -> None:
        """Send what is due on the connections that are free, the one free for longest first."""
        if self._is_sending_due:  # called back from a send that failed at once
            return
        self._is_sending_due = True
        idle, started, period = self._idle, self.started, self._period
        while idle and self._sent < self._total and (due := started + self._sent * period) <= (now := clock()):
            connection, since = idle.popleft()
            self._sent += 1
            connection.due = due
            if due >= self._counted_due:
                self._late.append(now - max(due, since))
            connection.ask(now)
        self._is_sending_due = False

    def _fold(self) -> None:
        self.service_times.add(np.frombuffer(self._services, dtype=np.float64))
        self.lateness.add(np.frombuffer(self._late, dtype=np.float64))
        super()._fold()

    def _forget(self) -> None:
        super()._forget()
        self._services, self._late = array("d"), array("d")
        self._served = self._services.append


def due_before(seconds: float, rate: float) -> int:
    """How many requests fall due in [0, seconds) when request k does at k / rate."""
    return math.ceil(seconds * rate - 1e-9)
