"""Live targets and their connections, driven one at a time; a record per slice."""

import gc
import time
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import gevent

from harness.catalog.prepared import with_requests
from harness.contract.pace import Pace
from harness.load.engine.connections.base import Connection
from harness.load.engine.connections.kinds import Make, make_of
from harness.load.engine.connections.lane import Lane
from harness.load.engine.drive import IDLE, ClosedDrive, Drive
from harness.load.engine.lore import Taken
from harness.load.engine.open_drive import OpenDrive
from harness.load.engine.script import Bodies, Script
from harness.model.asked.request import Level
from harness.model.foreign import redacted
from harness.model.measured.load import LoadScenario, Slice, SliceRecord, Target

CONNECT_TIMEOUT_S: Final = 10.0


class Slots:
    """Connection slots: one holds a connection to each live target, so that their number is the level's.

    A slot is opened and closed from outside (by a Locust user); a slice uses as many as its level asks for. A target's
    connections are opened before the first slice that needs them: in some servers one that asks nothing holds a
    thread, and a target that is not asked at this level would never be rid of them.
    """

    def __init__(self) -> None:
        self._loop: Any = gevent.get_hub().loop
        self._lanes: dict[str, Lane] = {}
        self._slots: dict[int, dict[str, tuple[Make, Connection]]] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._slots)

    def aim(self, targets: Sequence[Target]) -> None:
        """Slots opened from now on go to these targets. There must be none open."""
        assert not self._slots, "slots are closed before they are aimed anew"
        self._lanes = {target.cell: Lane(self._loop, target) for target in targets}

    def open(self) -> int:
        """Open a slot. Returns its number."""
        self._last += 1
        self._slots[self._last] = {}
        return self._last

    def close(self, number: int) -> None:
        """Close the slot's connections."""
        for _, connection in self._slots.pop(number).values():
            connection.close()

    def connect(self, cell: str, count: int, make: Make) -> None:
        """Open the first `count` connections to a target that keeps them, where that was not tried before, and wait for
        them. What is not open then is tried again by the slice that needs it."""
        if not self._lanes[cell].keeps_alive:
            return
        new = [connection for connection in self.connections(cell, count, make) if connection.is_new]
        for connection in new:
            connection.open()
        deadline = time.monotonic() + CONNECT_TIMEOUT_S
        while time.monotonic() < deadline and any(connection.is_connecting for connection in new):
            gevent.sleep(0.002)

    def connections(self, cell: str, count: int, make: Make) -> list[Connection]:
        """The first `count` connections to a target, made by `make`; one that was not is closed, and made anew."""
        slots = [slot for slot, _ in zip(self._slots.values(), range(count), strict=False)]
        return [self._connection(slot, cell, make) for slot in slots]

    def _connection(self, slot: dict[str, tuple[Make, Connection]], cell: str, make: Make) -> Connection:
        made, connection = slot.get(cell, (None, None))
        if connection is None or made is not make:
            if connection is not None:
                connection.close()
            connection = make(self._lanes[cell], IDLE)
            slot[cell] = (make, connection)
        return connection


class Outcome(NamedTuple):
    """What a slice gave: its record, the first faults in words, and bodies for the scenario's own check."""

    record: SliceRecord
    faults: list[str]
    taken: list[Taken]


class Rotation:
    """Drives slices over the slots. `prepare` comes first."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._targets: dict[str, Target] = {}
        self._scenarios: dict[str, LoadScenario] = {}
        self._scripts: dict[tuple[str, str, Level], Script] = {}
        self._makes: dict[tuple[str, str], Make] = {}
        self._bodies: Bodies = {}
        self._paces: dict[str, Pace] = {}

    def prepare(self, targets: Sequence[Target], scenarios: Sequence[LoadScenario]) -> None:
        """Take in what is live and what will be asked."""
        self._targets = {target.cell: target for target in targets}
        self._scenarios = {scenario.id: with_requests(scenario) for scenario in scenarios}
        self._scripts, self._makes, self._bodies = {}, {}, {}
        self._paces = {target.cell: Pace() for target in targets}
        self._slots.aim(targets)

    def connect(self, cell: str, scenario: str, count: int) -> None:
        """Open the connections that a slice of the scenario needs, and wait for them."""
        self._slots.connect(cell, count, self._make(cell, scenario))

    def _make(self, cell: str, scenario: str) -> Make:
        """The same for the same target and scenario, so that connections are kept."""
        if (cell, scenario) not in self._makes:
            self._makes[cell, scenario] = make_of(self._scenarios[scenario], self._targets[cell])
        return self._makes[cell, scenario]

    def drive(self, slice_: Slice) -> Outcome:
        """Drive one slice to its end; its target and scenario must have been prepared."""
        script = self._script(slice_)
        model = ClosedDrive if slice_.offered_rate is None else OpenDrive
        make = self._make(slice_.target, slice_.scenario)
        drive = model(self._slots.connections(slice_.target, slice_.level.connections, make), script, slice_)
        started_at, began, cpu_s = time.time(), time.perf_counter(), time.process_time()
        gc.disable()  # a collection of the whole heap takes as long as many responses
        try:
            drive.run()
        finally:
            gc.enable()
        cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - began
        record = record_of(slice_, drive, started_at=started_at, wall_s=wall_s, cpu_s=cpu_s)
        secrets = self._targets[slice_.target].secrets
        return Outcome(record, [redacted(fault, secrets) for fault in drive.faults], script.lore.take())

    def know(self, slice_: Slice, bodies: Sequence[bytes]) -> None:
        """Bodies of a slice that were found right."""
        for body in bodies:
            self._script(slice_).lore.learn(body)

    def _script(self, slice_: Slice) -> Script:
        key = (slice_.target, slice_.scenario, slice_.level)
        if key not in self._scripts:
            target, scenario = self._targets[slice_.target], self._scenarios[slice_.scenario]
            self._scripts[key] = Script(target, scenario, slice_.level, self._bodies, self._paces[slice_.target])
        return self._scripts[key]


def record_of(slice_: Slice, drive: Drive, *, started_at: float, wall_s: float, cpu_s: float) -> SliceRecord:
    return SliceRecord(
        rotation=slice_.rotation,
        target=slice_.target,
        scenario=slice_.scenario,
        level=slice_.level,
        counted=slice_.counted,
        started_at=started_at,
        duration_s=drive.duration_s,
        completions=drive.completions,
        answered=drive.answered_in_all,
        unaudited=drive.unaudited,
        errors=dict(drive.errors),
        bytes_received=drive.bytes_received,
        body_bytes=drive.body_bytes,
        reconnects=drive.reconnects,
        generator_cpu_s=cpu_s,
        generator_busy_s=drive.turns.busy_s if drive.turns else None,
        ready_s=drive.turns.ready_s if drive.turns else None,
        wall_s=wall_s,
        latency_mean_s=drive.times.mean_s,
        latency_max_s=drive.times.max_s if drive.times.count else None,
        histogram=drive.times.encoded(),
        first_histogram=drive.first_times.encoded(),
        service_histogram=drive.service_times.encoded() if drive.service_times is not None else None,
        lateness_histogram=drive.lateness.encoded() if drive.lateness is not None else None,
        offered=drive.offered,
        backlog=drive.backlog,
        marks=tuple(sorted(drive.marks)),
    )
