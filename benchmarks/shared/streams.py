"""Streams of events and WebSocket frames: the engine against a null answerer, an echo on picows, and the bare ASGI
callable. picows is the fastest echo of the registry. The engine is no limit where it has nothing to do at times."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.project import Project
from harness.catalog.scenarios import Scenario, find_scenarios
from harness.load.driver import LoadDriver, LocustDriver
from harness.measure.cores import split_cores
from harness.model.errors import EnvironmentRefused
from harness.model.measured.load import Slice, SliceRecord, Target
from harness.model.measured.machine import Cores
from harness.process.owned import OwnedProcess
from shared.figures import Figure, exact
from shared.live import live_cells

HERE: Final = Path(__file__).parent
START_S: Final = 20.0
LENGTH_S: Final = 2.0
PICOWS: Final = "picows>=2.3"
SERVERS: Final = ("uvicorn", "granian-asgi")


def streams_and_frames(cores: Cores | None = None) -> Iterator[Figure]:
    """Figures a second, in the unit of each scenario, and the share of the time that the engine was busy."""
    cores = cores or split_cores()
    found = {scenario.id: scenario for scenario in find_scenarios(Project.here().scenarios)}
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        folder = Path(name)
        with LocustDriver(cpus=cores.generator, log=folder / "load.log") as driver:
            for scenario in (found["stream"], found["websocket"]):
                with serving([sys.executable, str(HERE / "answerer.py")], folder, cores) as target:
                    yield from figures_of(f"{scenario.id}_null", scenario, driven(driver, target, scenario))
            python = with_picows(folder)
            with serving([python, str(HERE / "picows_echo.py")], folder, cores) as target:
                # It sends no header Date or Server; of a WebSocket none is asked.
                yield from figures_of(
                    "websocket_picows", found["websocket"], driven(driver, target, found["websocket"])
                )
    for scenario in (found["stream"], found["websocket"]):
        selection = Selection(only=("raw-asgi",), scenarios=(scenario.id,), servers=SERVERS)
        with live_cells(RunOptions(selection=selection)) as live:
            for cell in live.cells:
                if not cell.twin:
                    plan = live.slice(cell, LENGTH_S).model_copy(update={"spins": True})
                    (record,) = live.drive([plan])
                    yield from figures_of(f"{scenario.id}_raw-asgi_{cell.server}", scenario, record)


def figures_of(name: str, scenario: Scenario, record: SliceRecord) -> Iterator[Figure]:
    rank = scenario.manifest.rank
    yield exact(f"{name}_{rank.unit}_a_second", rank.figure(record.rate))
    yield exact(f"{name}_engine_busy_share", record.generator_work_s / record.wall_s)


def driven(driver: LoadDriver, target: Target, scenario: Scenario) -> SliceRecord:
    """The second of two slices at the ranking level. Raises EnvironmentRefused where answers are wrong."""
    driver.prepare([target], [scenario.for_driver])
    plan = Slice(
        rotation=0,
        target=target.cell,
        scenario=scenario.id,
        level=scenario.manifest.rank.at,
        burn_in_s=0.2,
        length_s=LENGTH_S,
        spins=True,
    )
    _, record = driver.drive([plan, plan])
    if record.errors or not record.completions:
        raise EnvironmentRefused(f"{target.cell} answers wrongly: {record.errors}", where=scenario.id)
    return record


@contextmanager
def serving(command: list[str], folder: Path, cores: Cores) -> Iterator[Target]:
    """A program that writes its port to the file it is given, on the servers' cores."""
    written = folder / "port"
    written.unlink(missing_ok=True)
    argv = [*command, str(written)]
    with OwnedProcess(argv, name="answerer", log=folder / "answerer.log", cpus=cores.server) as process:
        deadline = time.monotonic() + START_S
        while not written.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise EnvironmentRefused(f"it did not start:\n{process.log_tail()}", where=command[-1])
            time.sleep(0.01)
        port = int(written.read_text())
        yield Target(cell="null", host="127.0.0.1", port=port, sends_date=False)


def with_picows(folder: Path) -> str:
    """An interpreter that can import picows."""
    home = folder / "picows"
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = str(home / "bin" / "python")
    command = [python, "-m", "pip", "install", "-q", "--only-binary", ":all:", PICOWS]
    subprocess.run(command, check=True, capture_output=True)
    return python
