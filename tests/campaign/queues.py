"""Cells that are queues with known service times, driven by the real load process: what tests of latency measure."""

import contextlib
import itertools
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from harness.campaign.block.bench import Bench
from harness.campaign.block.state import Block
from harness.campaign.session.interrupt import Interrupt
from harness.campaign.session.phases import Phases
from harness.campaign.session.progress import Silent
from harness.catalog.scenarios import Scenario
from harness.load.driver import LoadDriver
from harness.model.asked.cell import Cell
from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.measured.campaign import Plan, SliceShape
from harness.model.measured.load import Target
from harness.process.owned import OwnedProcess
from harness.store.folder import ResultsFolder
from harness.under_test.launch.launch import LiveServer
from tests.process.helpers import until

PROGRAM = Path(__file__).parent / "programs" / "queue_server.py"
LEVEL = Level(connections=16)
MANIFEST = ScenarioManifest(
    id="plaintext",
    title="Plain text",
    about="about",
    requests=(Request(path="/"),),
    expect=Expectation(content_type="text/plain", form="text", body="Hello, World!", fixed=True),
    levels=(LEVEL,),
    rank=Ranked(at=LEVEL),
)
SCENARIO = Scenario(MANIFEST, Path("scenarios/plaintext"))


def cell(app: str, twin: int = 0) -> Cell:
    return Cell(app=app, server="own", workers=1, database="none", interpreter="cpython-3.11", twin=twin)


@contextlib.contextmanager
def queue(log: Path, times_ms: Sequence[float], *options: str) -> Iterator[LiveServer]:
    """A live queue; it answers, when entered."""
    with socket.socket() as finder:
        finder.bind(("127.0.0.1", 0))
        port = finder.getsockname()[1]
    argv = [sys.executable, str(PROGRAM), str(port), ",".join(map(str, times_ms)), *options]
    with OwnedProcess(argv, name="queue", log=log) as process:
        until(lambda: process.poll() is not None or listening(port))
        yield LiveServer(
            Target(cell="set by its block", host="127.0.0.1", port=port, sends_date=False),
            process,
            (),
            tuple(argv),
            0.0,
        )


def listening(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def bench_of(driver: LoadDriver, folder: Path, cells: Sequence[Cell], **changes: object) -> Bench:
    """A real bench, but for its stage: cells are up already."""
    plan = Plan(
        seed=1,
        cells=tuple(cells),
        scenarios=(MANIFEST,),
        reference=cells[0].id,
        budget_s=60,
        max_blocks=1,
        database="none",
        pool_size=1,
        latency=("plaintext",),
        shape=SliceShape(window_s=0.5),
    ).model_copy(update=changes)
    stage = SimpleNamespace(
        prepared=SimpleNamespace(record=SimpleNamespace(plan=plan)), services=(), processes_of=lambda _: ()
    )
    results = ResultsFolder.create(folder / "campaign")
    return Bench(stage, driver, results, Silent(), Phases(), Interrupt(), None)  # type: ignore[arg-type]


def block_of(bench: Bench, live: dict[Cell, LiveServer]) -> Block:
    """A block in which these servers are up and the load driver knows them."""
    block = Block(0, list(live), {"plaintext": frozenset(cell.id for cell in live)}, timed=bench.plan.latency)
    for cell_, server in live.items():
        block.live[cell_.id] = server
    targets = [server.target.model_copy(update={"cell": cell_.id}) for cell_, server in live.items()]
    bench.driver.prepare(targets, [SCENARIO.for_driver])
    return block


def response_times(rate: float, seconds: float, times_ms: Sequence[float]) -> np.ndarray:
    """What the queue's clients see of it when a request falls due every 1 / rate seconds."""
    found, free = [], 0.0
    for number, service_ms in zip(range(int(rate * seconds)), itertools.cycle(times_ms), strict=False):
        due = number / rate
        free = max(due, free) + service_ms / 1000
        found.append(free - due)
    return np.array(found)
