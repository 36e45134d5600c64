"""What it costs that the database counts what is read of each table: how many times as fast `db` is without.

Two private PostgreSQL servers, each with one server process of raw-asgi, take turns of a quarter of a second in random
order. One of them counts (track_counts, as every campaign has it), one does not; half-way they change roles, so that
what else differs between the two cancels. The interval is Student's, 95 %, over the pairs.

A full run takes about 2 minutes.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program

# isort: split
# The import above reports a missing harness; the imports below need it.
import numpy as np
import psycopg
from shared.figures import Figure, Outcome
from shared.live import Live, installed, log_rate

from harness.campaign.cells.services import database_up
from harness.campaign.cells.stage import Stage
from harness.campaign.plan.options import PlatformOptions, RunOptions, Selection
from harness.campaign.plan.planning import NONE, warm_up_of
from harness.campaign.plan.preparation import Prepared
from harness.load.driver import LocustDriver
from harness.measure.pinning import pinned
from harness.model.errors import HarnessError
from harness.stats.robust import t_interval
from harness.under_test.launch.launch import Launch, LiveServer, launched
from harness.under_test.services import LiveService

LENGTH_S: Final = 0.25
PAIRS: Final = 200
WANTED: Final = RunOptions(
    selection=Selection(only=("raw-asgi",), servers=("uvicorn",), scenarios=("db",)),
    platform=PlatformOptions(database="postgresql"),
    latency=(NONE,),
)


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    with two_cells() as (live, services):
        logs = log_ratios(live, services, pairs=6 if arguments.quick else PAIRS, dice=random.Random(arguments.seed))
    return Outcome([ratio_of(logs)])


def ratio_of(logs: Sequence[float]) -> Figure:
    """The ratio of rates behind logarithms of its pairs. Raises HarnessError below two pairs."""
    half = t_interval(np.array(logs))
    if half is None:
        raise HarnessError("an interval needs two pairs", where="counters.py", mend="run it without --quick")
    low, value, high = np.exp(np.mean(logs) + np.array([-half, 0.0, half])).tolist()
    return Figure("without_over_with_counters", value, low, high)


def log_ratios(live: Live, services: Sequence[LiveService], *, pairs: int, dice: random.Random) -> list[float]:
    """log(rate without counters / rate with them) of each pair; the servers change roles half-way."""
    found = []
    for silent in (0, 1):
        for number, service in enumerate(services):
            count_tables(service, counting=number != silent)
        for _ in range(pairs // 2):
            order = dice.sample((0, 1), 2)
            records = live.drive([live.slice(live.cells[each], LENGTH_S) for each in order])
            rates = {each: log_rate(record) for each, record in zip(order, records, strict=True)}
            found.append(rates[silent] - rates[1 - silent])
    return found


def count_tables(service: LiveService, *, counting: bool) -> None:
    """Switch the counters of a server on or off; its sessions take it over at their next statement."""
    with psycopg.connect(service.url, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET track_counts = {'on' if counting else 'off'}")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def two_cells() -> Iterator[tuple[Live, list[LiveService]]]:
    """A cell and its twin, each on a database server of its own. Raises HarnessError where one does not come up."""
    project, prepared, pythons = installed(WANTED)
    plan, generator = prepared.record.plan, prepared.platform.cores.generator
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="harness-benchmark-")))
        launches: list[Launch] = []
        servers: dict[str, LiveServer] = {}
        services: list[LiveService] = []
        for cell in plan.cells:
            service = stack.enter_context(_database(prepared, folder / cell.id))
            stage = Stage(project, prepared, pythons, folder, service)
            launches += stage.launches([cell])
            servers[cell.id] = stack.enter_context(launched(launches[-1]))
            services.append(service)
        driver = stack.enter_context(LocustDriver(cpus=generator, log=folder / "load.log"))
        stack.enter_context(pinned(generator))
        targets = [servers[cell.id].target for cell in plan.cells]
        driver.prepare(targets, [scenario.for_driver for scenario in prepared.scenarios.values()])
        warm = driver.drive(warm_up_of(plan, plan.cells, plan.scenarios[0]))
        yield Live(plan, servers, driver, {record.target: record.pace for record in warm}, launches), services


@contextmanager
def _database(prepared: Prepared, workdir: Path) -> Iterator[LiveService]:
    with database_up(prepared, workdir) as service:
        assert service is not None, "the plan's one scenario needs a database"
        yield service


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the random order (default: 1)")
    return parser.parse_args(given)


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
