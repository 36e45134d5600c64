"""The load engine against wrk: how much of wrk's rate it reaches on one core, and what it costs to run.

In each round the engine and wrk drive the same server for a second each, in random order, over 64 connections, from the
same core. The servers are nginx, which answers faster than either can ask, and starlette on uvicorn, which does not.
Both send the same bytes, and take warm connections or open their own as they always do; wrk compares no bodies, the
engine all. Beside them: many connections, and bodies of 1 MiB sent to a reader that throws them away.

Streams of events and WebSocket frames come last: events and messages a second against a null answerer, an echo on
picows (which is installed for it) and the bare ASGI callable, and how busy the engine was.

A full run takes about 5 minutes. It needs `nginx` and `wrk` (Debian: apt-get install nginx-light wrk).
"""

import argparse
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shared.program

# isort: split
# The import above reports a missing harness; the imports below need it.
import numpy as np
import psutil
from shared.figures import Figure, Outcome, exact
from shared.live import live_cells
from shared.streams import streams_and_frames
from shared.uploads import sending

from harness.campaign.plan.options import RunOptions, Selection
from harness.load.ceiling import NULL, null_targets
from harness.load.driver import LoadDriver, LocustDriver
from harness.load.histogram import Times, merged
from harness.load.null_responder import BODY
from harness.measure.cores import split_cores
from harness.model.asked.request import Level, Request
from harness.model.errors import EnvironmentRefused
from harness.model.measured.load import Slice, Target
from harness.model.measured.machine import Cores
from harness.process.owned import OwnedProcess
from harness.stats.robust import hodges_lehmann
from harness.wire.requests import prepared

CONNECTIONS: Final = 64
WINDOW_S: Final = 1.0
BOUNDS: Final = {"nginx": (0.95, math.inf), "starlette": (0.97, 1.03)}
"""Of the ratio: a server that is slower than both generators must look alike to both."""
MANY: Final = 2000
TARGETS: Final = 8
NGINX: Final = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_timeout 600s; keepalive_requests 1000000000; default_type text/plain;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 "{body}"; }} }}
}}
"""
START_TIMEOUT_S: Final = 10.0


def main(arguments: argparse.Namespace) -> Outcome:
    shared.program.look_at_the_machine()
    dice = random.Random(arguments.seed)
    wrk, nginx = program("wrk"), program("nginx")
    cores = split_cores()
    pinned_wrk = Wrk(program("taskset"), wrk, cores.generator)
    figures = [
        *on_nginx(pinned_wrk, nginx, cores, arguments.rounds, dice),
        *on_starlette(pinned_wrk, arguments.rounds, dice),
        *many_connections(cores),
        *streams_and_frames(cores),
        *sending(cores, arguments.rounds),
        exact("merge_10_million_samples_s", merging_s()),
    ]
    return Outcome(figures, missed=[text for figure in figures if (text := missed(figure))])


def on_nginx(wrk: "Wrk", nginx: str, cores: Cores, rounds: int, dice: random.Random) -> Iterator[Figure]:
    with (
        TemporaryDirectory(prefix="harness-benchmark-") as name,
        serving_nginx(nginx, Path(name), cores.server) as target,
        LocustDriver(cpus=cores.generator, log=Path(name) / "load.log") as driver,
    ):
        driver.prepare([target], [NULL])
        engine = engine_on(driver, slice_of(target.cell, NULL.id))
        yield from compared("nginx", engine, wrk.on(target, "/"), rounds, dice)


def on_starlette(wrk: "Wrk", rounds: int, dice: random.Random) -> Iterator[Figure]:
    with live_cells(RunOptions(selection=Selection(only=("starlette",), scenarios=("json",)))) as live:
        cell = live.cells[0]
        engine = engine_on(live.driver, slice_of(cell.id, live.scenario.id))
        target = live.servers[cell.id].target
        yield from compared("starlette", engine, wrk.on(target, live.scenario.requests[0].path), rounds, dice)


def compared(
    server: str, engine: Callable[[], float], wrk: Callable[[], float], rounds: int, dice: random.Random
) -> Iterator[Figure]:
    """The ratio of the two rates, from pairs in time; and of the highest rate each has reached."""
    rates: list[tuple[float, float]] = []
    for number in range(rounds):
        if dice.random() < 0.5:
            one = engine()
            pair = one, wrk()
        else:
            other = wrk()
            pair = engine(), other
        rates.append(pair)
        shared.program.say(f"{server} {number + 1}/{rounds}: engine {pair[0]:,.0f}, wrk {pair[1]:,.0f} requests/s")
    found = np.array(rates)
    location = hodges_lehmann(np.log(found[:, 0] / found[:, 1]))
    assert location.low is not None
    assert location.high is not None
    yield Figure(f"engine_over_wrk_{server}", *map(math.exp, (location.estimate, location.low, location.high)))
    yield exact(f"engine_over_wrk_{server}_highest", float(found[:, 0].max() / found[:, 1].max()))


def engine_on(driver: LoadDriver, plan: Slice) -> Callable[[], float]:
    """A way to have the engine's rate. Raises EnvironmentRefused where responses are wrong."""

    def rate() -> float:
        (record,) = driver.drive([plan])
        if record.errors or not record.completions:
            raise EnvironmentRefused(f"{plan.target} answers wrongly: {record.errors}", where="engine")
        return record.rate

    return rate


@dataclass(frozen=True)
class Wrk:
    """wrk with one thread, on the generator's cores."""

    taskset: str
    path: str
    cpus: tuple[int, ...]

    def on(self, target: Target, path: str) -> Callable[[], float]:
        """A way to have its rate. Raises EnvironmentRefused where it meets errors."""
        url = f"http://{target.host}:{target.port}{path}"
        pinned = [self.taskset, "-c", ",".join(map(str, self.cpus))]
        headers = [f"-H{line}" for line in headers_of(target, path)]
        argv = [*pinned, self.path, "-t1", f"-c{CONNECTIONS}", f"-d{math.ceil(WINDOW_S)}s", *headers, url]

        def rate() -> float:
            told = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
            found = re.search(r"^Requests/sec: +([0-9.]+)$", told, re.MULTILINE)
            if found is None or "Non-2xx" in told or "Socket errors" in told:
                raise EnvironmentRefused(f"wrk met errors:\n{told}", where=url)
            return float(found[1])

        return rate


def headers_of(target: Target, path: str) -> list[str]:
    """The header lines that the engine sends beside Host: wrk must ask the same, since servers work for each line."""
    asked = prepared(Request(path=path), target, Level(connections=CONNECTIONS)).decode().split("\r\n")
    return [line for line in asked[1:] if line and not line.startswith("Host:")]


def slice_of(target: str, scenario: str, connections: int = CONNECTIONS, length_s: float = WINDOW_S + 0.05) -> Slice:
    level = Level(connections=connections)
    return Slice(rotation=0, target=target, scenario=scenario, level=level, burn_in_s=0.05, length_s=length_s)


@contextmanager
def serving_nginx(nginx: str, folder: Path, cpus: tuple[int, ...]) -> Iterator[Target]:
    """nginx with one worker that returns a fixed text, on the servers' cores."""
    with null_targets(folder) as (free,):
        port = free.port  # given back a moment before nginx takes it
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, body=BODY.decode()))
    log, argv = folder / "nginx.log", [nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "start.log")]
    with OwnedProcess(argv, name="nginx", log=log, cpus=cpus) as process:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not listens(process.pid, port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise EnvironmentRefused(f"nginx did not start:\n{process.log_tail()}", where=nginx)
            time.sleep(0.01)
        yield Target(cell="nginx", host="127.0.0.1", port=port)


def listens(pid: int, port: int) -> bool:
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.NoSuchProcess:
        return False
    return any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in connections)


def many_connections(cores: Cores) -> Iterator[Figure]:
    """What 2,000 connections to each of 8 live targets cost the load process, at rest and under load."""
    with TemporaryDirectory(prefix="harness-benchmark-") as name:
        folder = Path(name)
        with (
            null_targets(folder, count=TARGETS, cpus=cores.server) as targets,
            LocustDriver(cpus=cores.generator, log=folder / "load.log") as driver,
        ):
            process = psutil.Process(driver.pid)
            driver.prepare(targets, [NULL])
            records = list(driver.drive([slice_of(target.cell, NULL.id, MANY, 0.5) for target in targets]))
            before = sum(process.cpu_times()[:2])
            time.sleep(2 * WINDOW_S)
            idle = (sum(process.cpu_times()[:2]) - before) / (2 * WINDOW_S)
            yield exact("worker_2000x8_memory_mb", process.memory_info().rss / 1e6)
            yield exact("worker_2000x8_idle_cpu_share", idle)
            rates = [record.rate for record in records]
            yield Figure("worker_2000x8_rps", float(np.median(rates)), min(rates), max(rates))


def merging_s() -> float:
    """Seconds to merge ten million samples out of a hundred encoded histograms."""
    dice = np.random.default_rng(1)
    parts = []
    for _ in range(100):
        times = Times()
        times.add(dice.lognormal(-6, 1.5, 100_000))
        parts.append(times.encoded())
    began = time.perf_counter()
    merged(parts)
    return time.perf_counter() - began


def missed(figure: Figure) -> str | None:
    """In words, where the whole interval lies outside the figure's bounds."""
    least, most = BOUNDS.get(figure.name.removeprefix("engine_over_wrk_"), (-math.inf, math.inf))
    if least <= figure.high and figure.low <= most:
        return None
    return f"{figure.name} is {figure.value:.3f}, beyond {least:.2f} to {most:.2f}"


def program(name: str) -> str:
    """Its path. Raises EnvironmentRefused where it is not installed."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        package = {"nginx": "nginx-light", "taskset": "util-linux"}.get(name, name)
        raise EnvironmentRefused(f"{name} is not installed", where="engine.py", mend=f"apt-get install {package}")
    return found


def arguments_of(given: Sequence[str]) -> argparse.Namespace:
    parser = shared.program.parser(__doc__)
    parser.add_argument("--rounds", type=int, help="pairs of windows on each server (default: 40; 8 with --quick)")
    parser.add_argument("--seed", type=int, default=20261122, help="of every random order")
    found = parser.parse_args(given)
    found.rounds = found.rounds or (8 if found.quick else 40)
    if found.rounds < 6:
        parser.error("an interval takes six rounds")
    return found


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    sys.exit(shared.program.ended(lambda: main(chosen), quick=chosen.quick))
