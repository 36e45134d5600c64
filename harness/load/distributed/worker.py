"""A load worker: `python -m harness.load.distributed.worker HOST PORT [--journal FILE] [--wait SECONDS]`.

It does what the master orders, until sent home.
"""

from locust import runners  # gevent's monkey patching comes before anything else

# isort: split
import argparse
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter as clock
from typing import Any, Final

import gevent
from gevent.event import AsyncResult

from harness.load.distributed.protocol import (
    ANSWER,
    HELLO,
    PING,
    PREPARE,
    REFUSED,
    REFUSED_CODE,
    SETTLE,
    SLICE,
    WELCOME,
    fault_of_greeting,
    own_greeting,
)
from harness.load.engine.rotation import Outcome, Rotation, Slots
from harness.load.locust_side.runner import SPAWN_TIMEOUT_S, await_until
from harness.load.locust_side.tally import merge_into
from harness.load.locust_side.user import ConnectionUser, LoadEnvironment
from harness.load.messages import Prepare
from harness.load.open_files import allowed, raise_limit
from harness.load.own_process import set_up
from harness.model.errors import HarnessError
from harness.model.measured.load import Slice

GREETED_S: Final = 30.0
"""How long a master may take to answer a greeting; one of another version never does."""
LATE_SHARE: Final = 0.1
"""A slice begun later than this share of its length after the others is marked."""

log = logging.getLogger(__name__)


class Worker:
    """One worker under a master. `journal`: a file that gets a line for each record sent, for audits."""

    def __init__(self, master_host: str, master_port: int, journal: Path | None = None) -> None:
        """Raises ConnectionError when no master answers."""
        self._slots = Slots()
        self._rotation = Rotation(self._slots)
        self._environment = LoadEnvironment(self._slots)
        self._journal = journal
        self._runner = self._environment.create_worker_runner(master_host, master_port)
        for kind, doing in {PREPARE: self._prepare, SETTLE: self._settle, SLICE: self._drive, PING: self._ping}.items():
            self._runner.register_message(kind, self._answering(doing), concurrent=kind != PING)
        self._greeted: AsyncResult = AsyncResult()
        self._runner.register_message(WELCOME, lambda msg, **_: self._greeted.set(fault_of_greeting(msg.data)))
        self._runner.register_message(REFUSED, lambda msg, **_: self._greeted.set(f"refused: {msg.data['why']}"))
        self._runner.send_message(HELLO, own_greeting().model_dump())

    def refusal(self) -> str | None:
        """Why this worker and its master do not fit; None where they do."""
        try:
            fault: str | None = self._greeted.get(timeout=GREETED_S)
        except gevent.Timeout:
            return f"the load master does not greet: {fault_of_greeting(None)}"
        return fault

    def serve(self) -> None:
        """Until the master says so, or has been silent for a minute."""
        self._runner.greenlet.join()

    def _answering(self, doing: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[..., None]:
        def listener(msg: Any, **_: Any) -> None:
            try:
                answer = doing(msg.data)
            except Exception as fault:  # noqa: BLE001  the master must hear of it, whatever it is
                log.error("%s", traceback.format_exc())  # noqa: TRY400
                answer = {"fault": str(fault) if isinstance(fault, HarnessError) else repr(fault)}
            self._runner.send_message(ANSWER, answer | {"number": msg.data["number"]})

        return listener

    def _ping(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"clock": clock()}

    def _prepare(self, order: dict[str, Any]) -> dict[str, Any]:
        if len(self._slots):  # left from before this worker was cut off
            self._runner.start_worker({ConnectionUser.__name__: 0})
        await_until(lambda: not len(self._slots), SPAWN_TIMEOUT_S, "users did not stop")
        prepare = Prepare.model_validate(order["prepare"])
        self._rotation.prepare(prepare.targets, prepare.scenarios)
        return {"files": allowed()}

    def _settle(self, order: dict[str, Any]) -> dict[str, Any]:
        await_until(lambda: len(self._slots) == order["users"], SPAWN_TIMEOUT_S, "users did not come up")
        self._rotation.connect(order["target"], order["scenario"], order["users"])
        return {}

    def _drive(self, order: dict[str, Any]) -> dict[str, Any]:
        slice_ = Slice.model_validate(order["slice"])
        self._rotation.know(slice_, order["right"])
        gevent.sleep(max(0.0, order["begin"] - clock()))
        late = clock() - order["begin"] > LATE_SHARE * slice_.length_s
        outcome = self._rotation.drive(slice_)
        record = outcome.record
        if late:
            record = record.model_copy(update={"marks": tuple(sorted({*record.marks, "late-start"}))})
        merge_into(self._environment.stats, record)
        self._log(outcome)
        return {"record": record.model_dump(mode="json"), "faults": outcome.faults, "taken": outcome.taken}

    def _log(self, outcome: Outcome) -> None:
        if self._journal is not None:
            with self._journal.open("a") as journal:
                journal.write(outcome.record.model_dump_json() + "\n")


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="harness.load.distributed.worker", description=__doc__)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--wait", type=int, default=300, metavar="SECONDS")
    options = parser.parse_args(arguments)
    set_up()
    raise_limit()
    runners.CONNECT_TIMEOUT, runners.CONNECT_RETRY_COUNT = 1, options.wait
    try:
        worker = Worker(options.host, options.port, options.journal)
    except ConnectionError:
        log.error("no load master answers at %s:%d", options.host, options.port)  # noqa: TRY400  said in full
        return 1
    if refusal := worker.refusal():
        log.error("%s", refusal)
        return REFUSED_CODE
    log.warning("at work for %s:%d", options.host, options.port)
    worker.serve()
    log.warning("sent home")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
