"""Slices driven by workers together, under Locust's master."""

import logging
import time
from time import perf_counter as clock
from typing import Any, Final

from harness.load.crew import Answer, Crew
from harness.load.distributed import PREPARE, SETTLE, SLICE, Clock
from harness.load.engine.rotation import Slots
from harness.load.fleet import await_until, tell_faults
from harness.load.merging import merged_record
from harness.load.messages import Prepare
from harness.load.open_files import demand
from harness.load.sampling import Checks, less_wrong
from harness.load.user import LoadEnvironment
from harness.model.errors import HarnessError
from harness.model.load import Slice, SliceRecord

ANSWER_TIMEOUT_S: Final = 30.0
RETURN_TIMEOUT_S: Final = 60.0
"""How long to wait for a worker when none is left."""
GUARD_S: Final = 0.005
"""From sending a slice to its start, beside what the clocks leave open."""
SKEWS_IN_A_SLICE: Final = 20

log = logging.getLogger(__name__)


class MasterFleet:
    """Has workers drive slices together. One that is lost marks the slice; the others take over its users."""

    def __init__(self, workers: int, host: str, port: int, wait_s: float) -> None:
        self._crew = Crew(LoadEnvironment(Slots()), host, port)
        self._workers, self._wait_s = workers, wait_s
        self._order: Prepare | None = None
        self._checks = Checks(())
        self._clocks: dict[str, Clock] = {}
        self._files: dict[str, int] = {}

    @property
    def port(self) -> int:
        """Where workers connect to."""
        return self._crew.port

    def prepare(self, order: Prepare) -> None:
        """Close every connection, and aim the workers at other targets; the first time, wait until all are there."""
        if self._order is None:
            log.warning("waiting for %d load workers", self._workers)
            self._await(self._workers, self._wait_s)
        self._checks = Checks(order.scenarios)
        self._order, self._clocks = order, {}
        self._muster()

    def drive(self, plan: Slice) -> SliceRecord:
        """Bring the workers' users to the slice's level, and have them drive it at the same time."""
        users = self._manned(plan.level.connections)
        answers = self._driven(plan, users)
        marks = set()
        if len(answers) < len(users):
            marks.add("lost-worker")
            log.warning("lost in a slice: %s", ", ".join(sorted(set(users) - set(answers))))
        if plan.length_s < SKEWS_IN_A_SLICE * max(self._clocks[worker].skew_s for worker in users):
            marks.add("clock-skew")
        return self._together(plan, answers, marks)

    def close(self) -> None:
        """Send the workers home."""
        self._crew.close()

    def _together(self, plan: Slice, answers: dict[str, Answer], marks: set[str]) -> SliceRecord:
        parts = [SliceRecord.model_validate(answer.data["record"]) for answer in answers.values()]
        bodies = [body for answer in answers.values() for body in answer.data["samples"]]
        sampled = self._checks.sampled(plan.scenario, plan.level, bodies)
        tell_faults(plan, [*(fault for answer in answers.values() for fault in answer.data["faults"]), *sampled.faults])
        return less_wrong(merged_record(plan, parts, marks), sampled.faults)

    def _driven(self, plan: Slice, users: dict[str, int]) -> dict[str, Answer]:
        """What each worker measured; each offers the share of the rate that its users are of all."""
        begin = clock() + GUARD_S + 2 * max(self._clocks[worker].skew_s for worker in users)
        orders = {
            worker: {
                "slice": share_of(plan, count / plan.level.connections).model_dump(mode="json"),
                "begin": begin + self._clocks[worker].offset_s,
            }
            for worker, count in users.items()
        }
        return self._crew.ask(SLICE, orders, plan.length_s + plan.drain_s + ANSWER_TIMEOUT_S)

    def _manned(self, connections: int) -> dict[str, int]:
        """Users by worker, together as many as `connections`, their connections open. Raises HarnessError."""
        deadline = time.monotonic() + ANSWER_TIMEOUT_S + RETURN_TIMEOUT_S
        while time.monotonic() < deadline:
            changed = self._muster()
            users = self._crew.users()
            if not changed and sum(users.values()) == connections:
                return {worker: count for worker, count in users.items() if count}
            self._demand(connections)
            if self._crew.spawn(connections):
                self._settle()
        raise HarnessError(f"the workers did not bring up {connections} users", where="load master", mend="see its log")

    def _settle(self) -> None:
        """Wait until every user has opened its connections."""
        users = self._crew.users()
        self._crew.ask(SETTLE, {worker: {"users": count} for worker, count in users.items()}, ANSWER_TIMEOUT_S)

    def _muster(self) -> bool:
        """Prepare whoever is there, where others are there than before; whether that was so."""
        if not self._crew.living():
            log.warning("no load worker is left; waiting for one")
            self._await(1, RETURN_TIMEOUT_S)
        living = self._crew.living()
        if living == set(self._clocks):
            return False
        assert self._order is not None, "prepared before it is driven"
        self._crew.spawn(0)
        order = bare(self._order)
        ready = self._crew.ask(PREPARE, {worker: {"prepare": order} for worker in living}, ANSWER_TIMEOUT_S)
        self._files = {worker: int(answer.data["files"]) for worker, answer in ready.items()}
        self._clocks = self._crew.clocks(ready)
        return True

    def _demand(self, connections: int) -> None:
        assert self._order is not None, "prepared before it is driven"
        share = -(-connections // len(self._files)) if self._files else connections
        for worker, files in self._files.items():
            demand(share, len(self._order.targets), files, where=f"load worker {worker}")

    def _await(self, workers: int, timeout_s: float) -> None:
        await_until(lambda: len(self._crew.living()) >= workers, timeout_s, f"{workers} load workers did not connect")


def share_of(plan: Slice, share: float) -> Slice:
    """The slice as one worker drives it."""
    if plan.offered_rate is None:
        return plan
    return plan.model_copy(update={"offered_rate": plan.offered_rate * share})


def bare(order: Prepare) -> dict[str, Any]:
    """The order without the paths of checks: what they judge is sent here, so that no code goes to a worker."""
    scenarios = tuple(scenario.model_copy(update={"check": None}) for scenario in order.scenarios)
    return order.model_copy(update={"scenarios": scenarios}).model_dump(mode="json")
