"""The workers that are there, as the master sees them: asked all at once, and waited for only while they live."""

import logging
import time
from collections.abc import Iterable, Mapping
from time import perf_counter as clock
from typing import Any, Final, Generic, NamedTuple, TypeVar

from gevent.queue import Empty, Queue
from locust.exception import RPCError
from locust.runners import STATE_MISSING
from pydantic import ValidationError

from harness.contract.response import clipped
from harness.load.distributed.gate import GuardedMaster
from harness.load.distributed.incoming import Refusal
from harness.load.distributed.protocol import ANSWER, PING, Clock, Pong, clock_of
from harness.load.locust_side.user import LoadEnvironment
from harness.model.errors import EnvironmentRefused, HarnessError
from harness.model.record import Record

Form = TypeVar("Form", bound=Record)

PINGS: Final = 8
PING_TIMEOUT_S: Final = 5.0
NAMED: Final = 5
"""Workers that were not let in, in a message; the others are counted."""
LOOK_S: Final = 0.2
"""How often, while waiting, to look who still lives."""

log = logging.getLogger(__name__)


class Answer(NamedTuple, Generic[Form]):
    """What a worker answered, and when it came by this process's clock."""

    data: Form
    came: float


class _Heard(NamedTuple):
    """An answer as it came."""

    worker: str
    data: dict[str, Any]
    came: float


class WorkerPool:
    """Locust's master and the workers connected to it."""

    def __init__(self, environment: LoadEnvironment, host: str, port: int) -> None:
        """Listen on `host` and `port` (0: any free one). Raises EnvironmentRefused where that cannot be had."""
        try:
            self._runner = environment.runner = GuardedMaster(environment, host, port)
        except (SystemExit, RPCError) as taken:  # Locust itself would end the process
            raise EnvironmentRefused(
                f"{host}:{port} cannot be listened on", where="load master", mend="choose another --port or --bind"
            ) from taken
        self._answers: Queue[_Heard] = Queue()
        self._runner.register_message(ANSWER, self._on_answer)
        self._number = 0

    @property
    def port(self) -> int:
        """Where workers connect to."""
        return int(self._runner.server.port)

    def living(self) -> set[str]:
        """Workers that are connected and gave a sign of life within the last few seconds."""
        present = {worker for worker, node in self._runner.clients.items() if node.state != STATE_MISSING}
        return present & self._runner.admitted

    def turned_away(self) -> str:
        """Which workers were not let in, and why; empty where there are none."""
        found = [f"{clipped(node)}: {why}" for node, why in self._runner.turned_away.items()]
        return "; ".join(found[:NAMED] + [f"and {len(found) - NAMED} more"] * (len(found) > NAMED))

    def users(self) -> dict[str, int]:
        """Users by living worker, as last reported."""
        return {worker: self._runner.clients[worker].user_count for worker in self.living()}

    def spawn(self, users: int) -> bool:
        """Have Locust spread `users` over the workers; whether all of them came up."""
        present = sum(self.users().values())
        if users != present:
            self._runner.start(users, spawn_rate=max(users, present))  # all at once
        return sum(self.users().values()) == users

    def ask(
        self, kind: str, orders: Mapping[str, dict[str, Any]], form: type[Form], timeout_s: float
    ) -> dict[str, Answer[Form]]:
        """Each worker's answer to its order; without those that died, did not answer in time or not in that form.

        Raises HarnessError where a worker answers that it cannot.
        """
        self._number += 1
        for worker, order in orders.items():
            self._runner.send_message(kind, order | {"number": self._number}, worker)
        answers: dict[str, Answer[Form]] = {}
        due = set(orders)
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0 and due & self.living():
            heard = self._next_answer(min(left, LOOK_S))
            if heard is not None and heard.worker in due:
                due.discard(heard.worker)
                try:
                    answers[heard.worker] = Answer(form.model_validate(heard.data), heard.came)
                except ValidationError as fault:
                    self.refuse(heard.worker, str(fault.errors()[0]["msg"]))
        return answers

    def refuse(self, worker: str, why: str) -> None:
        """Count an answer that cannot be used."""
        self._runner.refusals.add(Refusal("a wrong answer", f"{why}, from {worker!r}"))

    def clocks(self, workers: Iterable[str]) -> dict[str, Clock]:
        """The clocks of the workers that answer."""
        found = {worker: [trip for _ in range(PINGS) if (trip := self._round_trip(worker))] for worker in workers}
        return {worker: clock_of(trips) for worker, trips in found.items() if trips}

    def close(self) -> None:
        """Send the workers home, and tell what was refused."""
        if refusals := self._runner.refusals:
            log.warning("%d messages were refused: %s", len(refusals), refusals)
        self._runner.quit()

    def _round_trip(self, worker: str) -> tuple[float, float, float] | None:
        sent = clock()
        answer = self.ask(PING, {worker: {}}, Pong, PING_TIMEOUT_S).get(worker)
        return None if answer is None else (sent, answer.data.clock, answer.came)

    def _next_answer(self, timeout_s: float) -> _Heard | None:
        """An answer to the question in hand; late ones to earlier questions are passed over."""
        try:
            heard: _Heard = self._answers.get(timeout=timeout_s)
        except Empty:
            return None
        number, data = heard.data["number"], {key: value for key, value in heard.data.items() if key != "number"}
        if number != self._number:
            return None
        if "fault" in data:
            where = f"load worker {clipped(heard.worker)}"
            raise HarnessError(clipped(str(data["fault"])), where=where, mend="see its log")
        return heard._replace(data=data)

    def _on_answer(self, msg: Any, **_: Any) -> None:
        self._answers.put(_Heard(msg.node_id, msg.data, clock()))
