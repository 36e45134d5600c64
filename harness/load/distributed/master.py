"""Slices driven by workers together, under Locust's master."""

import logging
import time
from collections.abc import Iterator, Sequence
from time import perf_counter as clock
from typing import Any, Final

from harness.catalog.prepared import with_requests
from harness.load.distributed.merging import fault_of_part, merged_record
from harness.load.distributed.pool import Answer, WorkerPool
from harness.load.distributed.protocol import PREPARE, SETTLE, SLICE, Clock, Driven, Readiness, Settled
from harness.load.engine.lore import MAX_KNOWN
from harness.load.engine.rotation import Slots
from harness.load.engine.shapes import Shapes
from harness.load.locust_side.runner import await_until, tell_faults
from harness.load.locust_side.sampling import Checks, less_wrong
from harness.load.locust_side.user import LoadEnvironment
from harness.load.messages import Prepare
from harness.load.open_files import demand
from harness.model.asked.request import Level
from harness.model.errors import HarnessError
from harness.model.measured.load import Slice, SliceRecord, Together

ANSWER_TIMEOUT_S: Final = 30.0
RETURN_TIMEOUT_S: Final = 60.0
"""How long to wait for a worker when none is left."""
GUARD_S: Final = 0.005
"""From sending a slice to its start, beside what the clocks leave open."""
SKEWS_IN_A_SLICE: Final = 20

log = logging.getLogger(__name__)


class MasterRunner:
    """Has workers drive slices together. One that is lost marks the slice; the others take over its users."""

    def __init__(self, workers: int, host: str, port: int, wait_s: float) -> None:
        self._pool = WorkerPool(LoadEnvironment(Slots()), host, port)
        self._workers, self._wait_s = workers, wait_s
        self._order: Prepare | None = None
        self._checks = Checks(())
        self._clocks: dict[str, Clock] = {}
        self._files: dict[str, int] = {}
        self._connected: dict[str, str] = {}
        self._right: dict[tuple[str, str, Level], list[bytes]] = {}
        self._shapes: dict[tuple[str, str, Level], Shapes] = {}

    @property
    def port(self) -> int:
        """Where workers connect to."""
        return self._pool.port

    def prepare(self, order: Prepare) -> None:
        """Close every connection, and aim the workers at other targets; the first time, wait until all are there."""
        if self._order is None:
            log.warning("waiting for %d load workers", self._workers)
            self._await(self._workers, self._wait_s)
        self._checks = Checks(order.scenarios)
        self._order, self._clocks, self._right, self._shapes = order, {}, {}, {}
        self._muster()

    def drive(self, slice_: Slice) -> SliceRecord:
        """Bring the workers' users to the slice's level, and have them drive it at the same time."""
        users = self._manned(slice_.level.connections)
        self._settle(slice_.target, slice_.scenario, users)
        answers = self._driven(slice_, users)
        marks = set()
        if len(answers) < len(users):
            marks.add("lost-worker")
            log.warning("lost in a slice: %s", ", ".join(sorted(set(users) - set(answers))))
        if slice_.length_s < SKEWS_IN_A_SLICE * max(self._clocks[worker].skew_s for worker in users):
            marks.add("clock-skew")
        return self._together(slice_, answers, marks)

    def together(self) -> Iterator[Together]:
        """What the samples since `prepare`, of all workers, show as a set."""
        return self._checks.together()

    def close(self) -> None:
        """Send the workers home."""
        self._pool.close()

    def _together(self, slice_: Slice, answers: dict[str, Answer[Driven]], marks: set[str]) -> SliceRecord:
        parts = [answer.data.record for answer in answers.values()]
        taken = [body for answer in answers.values() for body in answer.data.taken]
        sampled = self._checks.sampled(slice_, taken)
        self._learned(slice_, sampled.right)
        tell_faults(slice_, [*(fault for answer in answers.values() for fault in answer.data.faults), *sampled.faults])
        return less_wrong(merged_record(slice_, parts, marks), sampled.wrong)

    def _learned(self, slice_: Slice, right: Sequence[bytes]) -> None:
        """Workers have no check.py: before the next slice they hear which bodies were found right. Whoever comes later
        learns from the same ones, so the first of them are kept."""
        known = self._right.setdefault((slice_.target, slice_.scenario, slice_.level), [])
        shapes = self._shapes.setdefault((slice_.target, slice_.scenario, slice_.level), Shapes())
        for body in right:
            if len(known) < MAX_KNOWN and not shapes.fits(body):
                shapes.learn(body)
                known.append(body)

    def _driven(self, slice_: Slice, users: dict[str, int]) -> dict[str, Answer[Driven]]:
        """What each worker measured; without what cannot be that. Each offers the share of the rate that its users are
        of all."""
        begin = clock() + GUARD_S + 2 * max(self._clocks[worker].skew_s for worker in users)
        orders = {
            worker: {
                "slice": share_of(slice_, count / slice_.level.connections).model_dump(mode="json"),
                "begin": begin + self._clocks[worker].offset_s,
                "right": self._right.get((slice_.target, slice_.scenario, slice_.level), []),
            }
            for worker, count in users.items()
        }
        answers = self._pool.ask(SLICE, orders, Driven, slice_.length_s + slice_.drain_s + ANSWER_TIMEOUT_S)
        faults = {worker: fault_of_part(slice_, answer.data.record) for worker, answer in answers.items()}
        for worker, fault in faults.items():
            if fault:
                self._pool.refuse(worker, fault)
        return {worker: answer for worker, answer in answers.items() if not faults[worker]}

    def _manned(self, connections: int) -> dict[str, int]:
        """Users by worker, together as many as `connections`. Raises HarnessError."""
        deadline = time.monotonic() + ANSWER_TIMEOUT_S + RETURN_TIMEOUT_S
        while time.monotonic() < deadline:
            changed = self._muster()
            users = self._pool.users()
            if not changed and sum(users.values()) == connections:
                return {worker: count for worker, count in users.items() if count}
            self._demand(connections)
            if self._pool.spawn(connections):
                self._connected.clear()
        raise HarnessError(f"the workers did not bring up {connections} users", where="load master", mend="see its log")

    def _settle(self, target: str, scenario: str, users: dict[str, int]) -> None:
        """Wait until every user has the connection to the target that the scenario needs."""
        if self._connected.get(target) != scenario:
            orders = {
                worker: {"users": count, "target": target, "scenario": scenario} for worker, count in users.items()
            }
            self._pool.ask(SETTLE, orders, Settled, ANSWER_TIMEOUT_S)
            self._connected[target] = scenario

    def _muster(self) -> bool:
        """Prepare the workers if their set has changed. Returns whether it had."""
        if not self._pool.living():
            log.warning("no load worker is left; waiting for one")
            self._await(1, RETURN_TIMEOUT_S)
        living = self._pool.living()
        if living == set(self._clocks):
            return False
        assert self._order is not None, "prepared before it is driven"
        self._pool.spawn(0)
        self._connected.clear()
        order = bare(self._order)
        ready = self._pool.ask(PREPARE, {worker: {"prepare": order} for worker in living}, Readiness, ANSWER_TIMEOUT_S)
        self._files = {worker: answer.data.files for worker, answer in ready.items()}
        self._clocks = self._pool.clocks(ready)
        return True

    def _demand(self, connections: int) -> None:
        assert self._order is not None, "prepared before it is driven"
        share = -(-connections // len(self._files)) if self._files else connections
        for worker, files in self._files.items():
            demand(share, len(self._order.targets), files, where=f"load worker {worker}")

    def _await(self, workers: int, timeout_s: float) -> None:
        try:
            await_until(
                lambda: len(self._pool.living()) >= workers, timeout_s, f"{workers} load workers did not connect"
            )
        except HarnessError as fault:
            if refused := self._pool.turned_away():
                raise HarnessError(f"{fault.what}; refused: {refused}", where=fault.where, mend=fault.mend) from fault
            raise


def share_of(slice_: Slice, share: float) -> Slice:
    """The slice as one worker drives it."""
    if slice_.offered_rate is None:
        return slice_
    return slice_.model_copy(update={"offered_rate": slice_.offered_rate * share})


def bare(order: Prepare) -> dict[str, Any]:
    """The order without paths, so that no code goes to a worker: bodies for check.py are sent here, and workers get the
    requests that prepare.py makes."""
    scenarios = tuple(with_requests(s).model_copy(update={"check": s.check and ""}) for s in order.scenarios)
    return order.model_copy(update={"scenarios": scenarios}).model_dump(mode="json")
