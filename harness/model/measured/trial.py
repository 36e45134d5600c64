"""What one cell did in one block, scenario and level."""

from typing import Literal

from harness.model.asked.request import Level
from harness.model.measured.load import ErrorKind
from harness.model.notice import Notice
from harness.model.record import Record


class Cost(Record):
    """What the cell cost in this block and scenario; None where the system does not tell.

    `startup_s`: from the start of the server to its first answer. `rest_pss_bytes`, `load_pss_bytes`: proportional
    memory of its process tree before the first load and right after this one. `server_cpu_s`: CPU seconds of the tree
    over the counted slices, burn-in and drain included, spent on the trial's `answered` requests.
    `service_cpu_s_a_request`: CPU seconds of the database for one request, while this cell alone used it.
    `voluntary_switches`, `involuntary_switches`: context switches of all threads of the tree, over what `server_cpu_s`
    is of; None also where a thread ended meanwhile. `rest_switches_s`, `rest_cpu_share`: context switches of both kinds
    a second, and CPU time as a share of one core, while nobody asks anything of the server.
    Over the counted rotations: `memory`, the requests answered and the tree's proportional memory before, half-way and
    after; `new_processes` that were seen in the tree and were not there before; `reopened`, connections that the server
    had closed, where it keeps them open.
    """

    startup_s: float | None = None
    rest_pss_bytes: int | None = None
    load_pss_bytes: int | None = None
    server_cpu_s: float | None = None
    service_cpu_s_a_request: float | None = None
    voluntary_switches: float | None = None
    involuntary_switches: float | None = None
    rest_switches_s: float | None = None
    rest_cpu_share: float | None = None
    memory: tuple[tuple[int, int], ...] = ()
    new_processes: int | None = None
    reopened: int | None = None


Limit = Literal["generator-bound", "server-bound", "neither"]


class Bound(Record):
    """What limited a trial, and why that is said.

    `generator_share`: of the generator's cores, over the slices. `ceiling_rps`: what the generator could do at
    this cost a request, with all its cores. `null_rps`: what it did against a responder that does nothing.
    `server_share`: of its cores, that the server and its services used. `little`: rate x mean latency / connections,
    1 where every connection was busy all the time (Little 1961; closed model).
    """

    limit: Limit
    reason: str
    generator_share: float | None
    ceiling_rps: float | None
    null_rps: float | None
    server_share: float | None
    little: float | None


class Trial(Record):
    """The counted slices of one (cell, block, scenario, level), gathered.

    `repeat`: measured once more in the same block, because the trial before it failed a gate; it takes its place.
    `answered`: validated responses, burn-in and drain included.

    `first_histogram`: of a stream, until its first event. `rates` is goodput in requests per second, one for each entry
    of `rotations`. `errors` is by kind. `failed_gates` holds what keeps the trial out of the ranking; it is kept and
    shown all the same. `p99_s`: the 99th percentile of response times at the rate that the scenario is ranked at; None
    where it is ranked by throughput, or has none.
    """

    cell: str
    block: int
    scenario: str
    level: Level
    rotations: tuple[int, ...]
    rates: tuple[float, ...]
    completions: int
    duration_s: float
    errors: dict[ErrorKind, int]
    bytes_received: int
    body_bytes: int
    reconnects: int
    generator_cpu_s: float
    wall_s: float
    answered: int = 0
    histogram: str | None = None
    first_histogram: str | None = None
    cost: Cost | None = None
    bound: Bound | None = None
    repeat: bool = False
    p99_s: float | None = None
    failed_gates: tuple[Notice, ...] = ()

    @property
    def error_share(self) -> float:
        """Errors over everything answered or failed; 1.0 where nothing was answered."""
        failed = sum(self.errors.values())
        return failed / (failed + self.completions) if failed + self.completions else 1.0
