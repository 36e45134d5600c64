"""What the generator itself can do on this machine: its rate against a responder that does nothing."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from harness.load.driver import LoadDriver
from harness.load.null_responder import BODY
from harness.model.asked.request import Expectation, Level, Request
from harness.model.errors import HarnessError
from harness.model.measured.load import LoadScenario, Slice, SliceRecord, Target
from harness.process.owned import OwnedProcess

START_TIMEOUT_S: Final = 20.0
NULL: Final = LoadScenario(
    id="null",
    requests=(Request(path="/"),),
    expect=Expectation(content_type="text/plain", form="text", body=BODY.decode(), fixed=True),
)


@contextmanager
def null_targets(folder: Path, *, count: int = 1, cpus: Sequence[int] = ()) -> Iterator[tuple[Target, ...]]:
    """Targets that do nothing but answer, on `cpus`; they live as long as the block. `folder` gets their log."""
    ports, log = folder / "null.ports", folder / "null.log"
    ports.unlink(missing_ok=True)
    argv = [sys.executable, "-m", "harness.load.null_responder", str(ports), str(count)]
    with OwnedProcess(argv, name="null responder", log=log, cpus=cpus) as process:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ports.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise HarnessError(f"the null responder did not start:\n{process.log_tail()}", where=str(log))
            time.sleep(0.01)
        numbers = [int(line) for line in ports.read_text().split()]
        yield tuple(
            Target(cell=f"null{n}", host="127.0.0.1", port=port, sends_date=False) for n, port in enumerate(numbers)
        )


def measured_ceiling(
    driver: LoadDriver,
    folder: Path,
    *,
    cpus: Sequence[int] = (),
    connections: int = 64,
    length_s: float,
    spins: bool = False,
) -> SliceRecord:
    """The driver's record against a null responder on `cpus`, those of the servers. It must be prepared anew after."""
    with null_targets(folder, cpus=cpus) as targets:
        driver.prepare(targets, [NULL])
        slice_ = Slice(
            rotation=0,
            target=targets[0].cell,
            scenario=NULL.id,
            level=Level(connections=connections),
            burn_in_s=length_s / 5,
            length_s=length_s,
            counted=False,
            spins=spins,
        )
        (record,) = driver.drive([slice_])
        driver.prepare([], [])
    return record
