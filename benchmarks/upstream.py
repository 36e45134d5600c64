"""The upstream of `wait`: how many requests it answers a second, what each costs, and how late its answers are.

The load engine asks it, from a core of its own. Over 64 connections the delay alone decides the rate: the median answer
shows how late the upstream is. Over 2,048 connections it is at its limit.

A full run takes less than a minute.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program

# isort: split
# The import above reports a missing harness; the imports below need it.
from shared.figures import Figure, Outcome, exact, of_runs

from harness.load.driver import LoadDriver, LocustDriver
from harness.load.histogram import percentile_s
from harness.measure.cores import split_cores
from harness.measure.tree import tree_cpu_seconds
from harness.model.asked.request import Expectation, Level, Request
from harness.model.errors import EnvironmentRefused
from harness.model.measured.load import LoadScenario, Slice, SliceRecord, Target
from harness.under_test.services.upstream import LiveUpstream, upstream
from harness.under_test.services.upstream_server import DELAY_S

EXPECT: Final = Expectation(content_type="application/json", form="json", holds="value")
ASKED: Final = LoadScenario(id="upstream", requests=(Request(path="/benchmark/key"),), expect=EXPECT)
FEW: Final = 64
MANY: Final = 2048
LEAST_RATE: Final = 10_000.0
"""Requests per second: far more than any application here asks of it."""
MOST_LATE_S: Final = 0.001


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    cores, runs = split_cores(), 2 if arguments.quick else 6
    with (
        TemporaryDirectory(prefix="harness-benchmark-") as name,
        upstream(Path(name), cores.services[:1]) as live,
        LocustDriver(cpus=cores.generator, log=Path(name) / "load.log") as driver,
    ):
        target = Target(cell="upstream", host="127.0.0.1", port=live.port, sends_date=False)
        driver.prepare([target], [ASKED])
        few = [driven(driver, FEW) for _ in range(runs)]
        before = tree_cpu_seconds(live.process.warden_pid) or 0.0
        many = [driven(driver, MANY) for _ in range(runs)]
        spent = (tree_cpu_seconds(live.process.warden_pid) or 0.0) - before
        figures = [*rates(few, many), cost(spent, many, live)]
    values = {figure.name: figure.value for figure in figures}
    missed = [f"fewer than {LEAST_RATE:,.0f} requests/s"] if values["upstream_requests_per_s"] < LEAST_RATE else []
    missed += ["answers are later than 1 ms"] if values["upstream_late_ms"] > 1000 * MOST_LATE_S else []
    return Outcome(figures, missed)


def driven(driver: LoadDriver, connections: int) -> SliceRecord:
    """A second over so many connections. Raises EnvironmentRefused where an answer is wrong."""
    level = Level(connections=connections)
    plan = Slice(rotation=0, target="upstream", scenario=ASKED.id, level=level, burn_in_s=0.5, length_s=1.5)
    (record,) = driver.drive([plan])
    if record.errors or record.histogram is None:
        raise EnvironmentRefused(f"the upstream answers wrongly: {record.errors}", where="upstream")
    shared.program.say(f"{connections} connections: {record.rate:,.0f} requests/s")
    return record


def rates(few: list[SliceRecord], many: list[SliceRecord]) -> list[Figure]:
    medians = [percentile_s(record.histogram or "", 50) for record in few]
    return [
        of_runs("upstream_requests_per_s", [record.rate for record in many]),
        of_runs("upstream_late_ms", [1000 * (seconds - DELAY_S) for seconds in medians]),
    ]


def cost(spent_s: float, many: list[SliceRecord], live: LiveUpstream) -> Figure:
    if live.gone():
        raise EnvironmentRefused(live.gone(), where="upstream")
    return exact("upstream_cpu_us_per_request", 1e6 * spent_s / sum(record.answered for record in many))


if __name__ == "__main__":
    chosen = shared.program.parser(__doc__).parse_args(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
