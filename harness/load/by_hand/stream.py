"""Load without slices: connections come and go as Locust's users do, and each asks again as soon as it is answered."""

import time
from array import array
from collections import Counter
from time import perf_counter as clock
from typing import Final

import gevent
import numpy as np

from harness.catalog.prepared import with_requests
from harness.load.engine.connections.base import Connection, Owner
from harness.load.engine.connections.kinds import make_of
from harness.load.engine.connections.lane import Lane
from harness.load.engine.drive import IDLE, RETRY_S
from harness.load.engine.judging import Fault
from harness.load.engine.script import Script
from harness.load.histogram import Times
from harness.load.locust_side.sampling import Checks, less_wrong
from harness.model.asked.request import Level
from harness.model.measured.load import ErrorKind, LoadScenario, Slice, SliceRecord, Target

MAX_FAULTS_TOLD: Final = 5


class Stream(Owner):
    """One scenario against one target, for people who try a system by hand."""

    streaming = True

    def __init__(self, target: Target, scenario: LoadScenario, level: Level) -> None:
        super().__init__()
        self.name = target.cell
        self._target, self._scenario, self._level = target, scenario, level
        self._script = Script(target, with_requests(scenario), level)
        self._checks = Checks([scenario])
        self._plan = Slice(
            rotation=0, target=target.cell, scenario=scenario.id, level=level, burn_in_s=0, length_s=1, counted=False
        )
        self._make = make_of(scenario, target)
        self._lane = Lane(gevent.get_hub().loop, target)
        self._connections: set[Connection] = set()
        self._faults: list[str] = []
        self._begin()

    def join(self) -> Connection:
        """A new connection, asking from now on."""
        connection = self._make(self._lane, self)
        connection.exchange = self._script.exchanges[len(self._connections) % len(self._script.exchanges)]
        self._connections.add(connection)
        connection.ask(clock())
        return connection

    def leave(self, connection: Connection) -> None:
        """Close a connection for good."""
        self._connections.discard(connection)
        connection.drive = IDLE
        connection.close()

    def answered(self, connection: Connection, size: int, body_size: int, fault: Fault | None, now: float) -> None:
        """Count it, and go on."""
        if fault is None:
            self.record(now - connection.asked_at)
            self.bytes_received += size
            self.body_bytes += body_size
        else:
            self._fault(*fault)
        connection.ask(clock())

    def failed(self, connection: Connection, kind: ErrorKind, why: str) -> None:
        """Count it, and try again a little later."""
        self._fault(kind, why)
        gevent.spawn_later(RETRY_S, self._again, connection)

    def taken(self) -> SliceRecord:
        """What happened since the last time, as a record."""
        latencies, errors, began = self._latencies, dict(self._errors), self._began
        sums = {"bytes_received": self.bytes_received, "body_bytes": self.body_bytes, "reconnects": self.reconnects}
        self._begin()
        times = Times()
        times.add(np.frombuffer(latencies, dtype=np.float64))
        record = SliceRecord(
            rotation=0,
            target=self._target.cell,
            scenario=self._scenario.id,
            level=self._level,
            counted=False,
            started_at=time.time() - (self._began - began),
            duration_s=self._began - began,
            wall_s=self._began - began,
            completions=times.count,
            answered=times.count,
            errors=errors,
            latency_mean_s=times.mean_s,
            latency_max_s=times.max_s if times.count else None,
            histogram=times.encoded(),
            **sums,
        )
        sampled = self._checks.sampled(self._plan, self._script.lore.take())
        for body in sampled.right:
            self._script.lore.learn(body)
        self._script.forget()
        self._faults += sampled.faults[: MAX_FAULTS_TOLD - len(self._faults)]
        return less_wrong(record, sampled.wrong)

    def take_faults(self) -> list[str]:
        """The first faults since the last time, in words."""
        faults, self._faults = self._faults, []
        return faults

    def _begin(self) -> None:
        self._began = clock()
        self._latencies: array[float] = array("d")
        self._errors: Counter[ErrorKind] = Counter()
        self.record = self._latencies.append
        self.bytes_received = self.body_bytes = self.reconnects = 0

    def _again(self, connection: Connection) -> None:
        if connection in self._connections:
            connection.ask(clock())

    def _fault(self, kind: ErrorKind, why: str) -> None:
        self._errors[kind] += 1
        if len(self._faults) < MAX_FAULTS_TOLD:
            self._faults.append(f"{kind}: {why}")
