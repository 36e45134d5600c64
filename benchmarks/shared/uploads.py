"""How fast the load engine sends large bodies: the requests of scenario `upload` to a reader that throws them away."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import psutil

from harness.campaign.plan.project import Project
from harness.catalog.prepared import with_requests
from harness.catalog.scenarios import find_scenarios
from harness.load.driver import LocustDriver
from harness.model.asked.request import Expectation, Level
from harness.model.errors import EnvironmentRefused
from harness.model.measured.load import LoadScenario, Slice, Target
from harness.model.measured.machine import Cores
from harness.process.owned import OwnedProcess
from shared.figures import Figure, exact
from shared.null_reader import BODY

CONNECTIONS: Final = 16
START_TIMEOUT_S: Final = 10.0
MB: Final = 1e6


def sending(cores: Cores, rounds: int) -> Iterator[Figure]:
    """Body bytes sent per second, and the memory of the load process with all bodies ready for 8 targets."""
    scenario = as_read()
    size = len(scenario.requests[0].body)
    with (
        TemporaryDirectory(prefix="harness-benchmark-") as name,
        null_reader(Path(name), cores.server) as port,
        LocustDriver(cpus=cores.generator, log=Path(name) / "load.log") as driver,
    ):
        targets = [Target(cell=f"null{n}", host="127.0.0.1", port=port, sends_date=False) for n in range(8)]
        driver.prepare(targets, [scenario])
        records = list(driver.drive([slice_of(targets[n % 8].cell, scenario.id) for n in range(max(rounds, 8))]))
        if any(record.errors or not record.completions for record in records):
            raise EnvironmentRefused("the reader answers wrongly", where="null_reader.py")
        rates = [record.rate * size / MB for record in records]
        yield Figure("upload_mb_per_s", float(np.median(rates)), min(rates), max(rates))
        yield exact("upload_8_targets_memory_mb", psutil.Process(driver.pid).memory_info().rss / MB)


def as_read() -> LoadScenario:
    """The scenario's requests, with the reader's answer as the right one."""
    [upload] = [one for one in find_scenarios(Project.here().scenarios) if one.id == "upload"]
    scenario = with_requests(upload.for_driver)
    expect = Expectation(content_type="text/plain", form="text", body=BODY.decode(), fixed=True)
    requests = tuple(request.model_copy(update={"expect": expect}) for request in scenario.requests)
    return scenario.model_copy(update={"requests": requests})


@contextmanager
def null_reader(folder: Path, cpus: tuple[int, ...]) -> Iterator[int]:
    """Its port; it lives as long as the with-block."""
    port, program = folder / "reader.port", Path(__file__).with_name("null_reader.py")
    argv = [sys.executable, str(program), str(port)]
    with OwnedProcess(argv, name="null reader", log=folder / "reader.log", cpus=cpus) as process:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not port.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EnvironmentRefused(f"the null reader did not start:\n{process.log_tail()}", where=str(program))
            time.sleep(0.01)
        yield int(port.read_text())


def slice_of(target: str, scenario: str) -> Slice:
    level = Level(connections=CONNECTIONS)
    return Slice(rotation=0, target=target, scenario=scenario, level=level, burn_in_s=0.05, length_s=1.05)
