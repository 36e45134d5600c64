"""The workers that are there, as the master sees them: asked all at once, and waited for only while they live."""

import logging
import time
from collections.abc import Iterable, Mapping
from time import perf_counter as clock
from typing import Any, Final, NamedTuple

from gevent.queue import Empty, Queue
from locust.exception import RPCError
from locust.runners import STATE_MISSING

from harness.load.distributed import ANSWER, HELLO, PING, Clock, clock_of
from harness.load.user import LoadEnvironment
from harness.model.errors import EnvironmentRefused, HarnessError

PINGS: Final = 8
PING_TIMEOUT_S: Final = 5.0
LOOK_S: Final = 0.2
"""How often, while waiting, to look who still lives."""

log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What a worker answered, and when it came by this process's clock."""

    worker: str
    data: dict[str, Any]
    came: float


class Crew:
    """Locust's master and the workers connected to it."""

    def __init__(self, environment: LoadEnvironment, host: str, port: int) -> None:
        """Listen on `host` and `port` (0: any free one). Raises EnvironmentRefused where that cannot be had."""
        try:
            self._runner = environment.create_master_runner(host, port)
        except (SystemExit, RPCError) as taken:  # Locust itself would end the process
            raise EnvironmentRefused(
                f"{host}:{port} cannot be listened on", where="load master", mend="choose another --port or --bind"
            ) from taken
        self._answers: Queue[Answer] = Queue()
        self._greeted: set[str] = set()
        self._runner.register_message(HELLO, self._on_hello)
        self._runner.register_message(ANSWER, self._on_answer)
        self._number = 0

    @property
    def port(self) -> int:
        """Where workers connect to."""
        return int(self._runner.server.port)

    def living(self) -> set[str]:
        """Workers that are connected and gave a sign of life within the last few seconds."""
        present = {worker for worker, node in self._runner.clients.items() if node.state != STATE_MISSING}
        return present & self._greeted

    def users(self) -> dict[str, int]:
        """Users by living worker, as last reported."""
        return {worker: self._runner.clients[worker].user_count for worker in self.living()}

    def spawn(self, users: int) -> bool:
        """Have Locust spread `users` over the workers; whether all of them came up."""
        present = sum(self.users().values())
        if users != present:
            self._runner.start(users, spawn_rate=max(users, present))  # all at once
        return sum(self.users().values()) == users

    def ask(self, kind: str, orders: Mapping[str, dict[str, Any]], timeout_s: float) -> dict[str, Answer]:
        """Each worker's answer to its order; without those that died or did not answer in time.

        Raises HarnessError where a worker answers that it cannot.
        """
        self._number += 1
        for worker, order in orders.items():
            self._runner.send_message(kind, order | {"number": self._number}, worker)
        answers: dict[str, Answer] = {}
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0 and (set(orders) - set(answers)) & self.living():
            answer = self._next_answer(min(left, LOOK_S))
            if answer is not None and answer.worker in orders:
                answers[answer.worker] = answer
        return answers

    def clocks(self, workers: Iterable[str]) -> dict[str, Clock]:
        """The clocks of the workers that answer."""
        found = {worker: [trip for _ in range(PINGS) if (trip := self._round_trip(worker))] for worker in workers}
        return {worker: clock_of(trips) for worker, trips in found.items() if trips}

    def close(self) -> None:
        """Send the workers home."""
        self._runner.quit()

    def _round_trip(self, worker: str) -> tuple[float, float, float] | None:
        sent = clock()
        answer = self.ask(PING, {worker: {}}, PING_TIMEOUT_S).get(worker)
        return None if answer is None else (sent, float(answer.data["clock"]), answer.came)

    def _next_answer(self, timeout_s: float) -> Answer | None:
        """An answer to the question in hand; late ones to earlier questions are passed over."""
        try:
            answer: Answer = self._answers.get(timeout=timeout_s)
        except Empty:
            return None
        if answer.data["number"] != self._number:
            return None
        if "fault" in answer.data:
            raise HarnessError(answer.data["fault"], where=f"load worker {answer.worker}", mend="see its log")
        return answer

    def _on_hello(self, msg: Any, **_: Any) -> None:
        self._greeted.add(msg.node_id)

    def _on_answer(self, msg: Any, **_: Any) -> None:
        self._answers.put(Answer(msg.node_id, msg.data, clock()))
