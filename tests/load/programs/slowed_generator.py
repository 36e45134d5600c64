"""The engine, made slower on purpose: `python slowed_generator.py PORT CPU LENGTH ROUNDS TURNS...`.

Drives a slice for each number of turns that a loop makes for each answer, in turn; a record a line.
"""

import os
import sys
from collections.abc import Callable

from locust import User  # noqa: F401  gevent's monkey patching comes before anything else

# isort: split
from harness.load.engine.drive import Drive
from harness.load.locust_side.runner import LocalRunner
from harness.load.messages import Prepare
from harness.model.asked.request import Expectation, Level, Request
from harness.model.measured.load import LoadScenario, Slice, Target

HELLO = Expectation(content_type="text/plain", form="text", body="Hello, World!", fixed=True)
SCENARIO = LoadScenario(id="plaintext", requests=(Request(path="/"),), expect=HELLO)


class Slowness:
    """What each answer costs the engine beside its own work: so many turns of a loop."""

    turns = 0

    def added_to(self, record: Callable[[float], None]) -> Callable[[float], None]:
        def slowly(seconds: float) -> None:
            for _ in range(self.turns):
                pass
            record(seconds)

        return slowly


def main(port: int, cpu: int, length_s: float, rounds: int, turns: list[int]) -> None:
    os.sched_setaffinity(0, {cpu})
    slowness, forget = Slowness(), Drive._forget

    def forget_slowly(drive: Drive) -> None:
        forget(drive)
        drive.record = slowness.added_to(drive.record)

    Drive._forget = forget_slowly  # type: ignore[method-assign]
    runner = LocalRunner()
    runner.prepare(
        Prepare(
            targets=(Target(cell="cell", host="127.0.0.1", port=port, sends_date=False),),
            scenarios=(SCENARIO,),
        )
    )
    for number in range(rounds):
        for slowness.turns in turns:
            slice_ = Slice(
                rotation=number,
                target="cell",
                scenario="plaintext",
                level=Level(connections=64),
                burn_in_s=0.03,
                length_s=length_s,
                spins=True,
            )
            record = runner.drive(slice_).model_dump_json(exclude={"histogram"})
            sys.stdout.write(f"{slowness.turns} {record}\n")
    runner.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), [int(one) for one in sys.argv[5:]])
