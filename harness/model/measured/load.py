"""The driver seam: live targets and slices go in, one record per slice comes out."""

from collections.abc import Mapping
from typing import Final, Literal

from pydantic import Field

from harness.model.asked.request import Expectation, Level, Request
from harness.model.asked.scenario import Kind
from harness.model.fault import Fault
from harness.model.foreign import SHORTEST_SECRET
from harness.model.record import Record

Waiting = Literal["spin", "block"]
"""How the generator waits for answers: it never sleeps while a slice lasts, or the kernel wakes it for each."""
ErrorKind = Literal["connect", "timeout", "reset", "closed-early", "status", "header", "body", "protocol"]


class Target(Record):
    """A live server as a client sees it. `cell` is the cell's id; `sends_date`, `sends_name`: whether its responses
    have the headers Date and Server.

    `values`: what `{{name}}` in a request stands for: secrets, and what was captured from this server. No record, log
    or message may hold them.
    """

    cell: str
    host: str
    port: int = Field(ge=1, le=65_535)
    keep_alive: bool = True
    sends_date: bool = True
    sends_name: bool = True
    values: Mapping[str, str] = Field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that are long enough to be looked for in what is shown."""
        return tuple(value for value in self.values.values() if len(value) >= SHORTEST_SECRET)


class LoadScenario(Record):
    """A scenario as the load generator needs it; `check` is the path of check.py where there is one; empty where
    somebody else asks it. `together`: whether it judges many bodies as a set too (check_many). `prepare`: the path of
    prepare.py, which makes requests in the place of `requests` when it is called with `prepared`."""

    id: str
    requests: tuple[Request, ...] = ()
    prepare: str | None = None
    prepared: tuple[int, ...] = ()
    kind: Kind = "requests"
    expect: Expectation
    check: str | None = None
    together: bool = False


SAMPLES: Final = 2301
"""Bodies of a cell, scenario and level that check.py looks at in a block: a share of 0.2 %, twice the gate's, is missed
by so many once in a hundred times (ln 0.01 / ln 0.998)."""


class Together(Record):
    """The samples of one target, scenario and level since `prepare`, judged as a set: `fault` is what they show only
    together."""

    target: str
    scenario: str
    level: Level
    samples: int
    fault: Fault | None


DRAIN_S: Final = 5.0
"""How long after a slice's end its last answers are waited for; one that takes longer is a timeout."""


GENERATOR_STOPPED: Final = "generator-stopped"
MACHINE_SUSPENDED: Final = "machine-suspended"
AWAY: Final = frozenset({GENERATOR_STOPPED, MACHINE_SUSPENDED})
"""Marks of a slice that says nothing about its target: the generator itself was away."""


class Slice(Record):
    """A short stretch in which one target alone is driven.

    `burn_in_s` is driven and not counted; `length_s` includes it. `offered_rate` (requests per second over all
    connections) makes it an open-model slice; None is the closed model. A slice that asks for warm-up (`counted`
    False) is driven alike and its record is kept out of every figure. `spins`: the generator never sleeps meanwhile;
    else the kernel wakes it for each answer, which the server pays for.
    """

    rotation: int = Field(ge=0)
    target: str
    scenario: str
    level: Level
    burn_in_s: float = Field(ge=0)
    length_s: float = Field(gt=0)
    drain_s: float = Field(default=DRAIN_S, gt=0)
    offered_rate: float | None = Field(default=None, gt=0)
    counted: bool = True
    spins: bool = False


class SliceRecord(Record):
    """What happened in one slice. Only completions between burn-in and the slice's end are counted.

    `duration_s`: length of the counted stretch by the generator's clock. `completions`: validated responses in it
    (goodput). `answered`: those of the whole slice, burn-in and drain included; `unaudited`: those of them to requests
    that the database audit does not count. `errors`: by kind, over the whole slice
    too. `bytes_received`: of the counted responses, headers included. `generator_cpu_s`: of the load processes, over
    the whole slice (`wall_s`). Of a generator that never sleeps: `generator_busy_s`, how long its loop had work, and
    `ready_s`, how long an answer lay ready before it was read, on average (None: it sleeps between answers).
    `histogram`: response times in microseconds, HdrHistogram V2 encoding, of the counted
    responses; in the open model of the requests due in the counted stretch, whenever they were answered, from the due
    moment, with `service_histogram` beside it from the sending, and `lateness_histogram`: of the sending, after the due
    moment and a free connection. `offered`: requests due in the counted stretch.
    `first_histogram`: of a stream, until its first event came.
    `backlog`: requests due and not yet sent when the slice ended. `marks`: codes of what makes the record doubtful (a
    lost worker, an overrun drain).
    """

    rotation: int
    target: str
    scenario: str
    level: Level
    counted: bool
    started_at: float
    duration_s: float
    completions: int
    answered: int = 0
    unaudited: int = 0
    errors: dict[ErrorKind, int] = Field(default_factory=dict)
    bytes_received: int = 0
    body_bytes: int = 0
    reconnects: int = 0
    generator_cpu_s: float = 0.0
    generator_busy_s: float | None = None
    ready_s: float | None = None
    wall_s: float
    latency_mean_s: float | None = None
    latency_max_s: float | None = None
    histogram: str | None = None
    first_histogram: str | None = None
    service_histogram: str | None = None
    lateness_histogram: str | None = None
    offered: int | None = None
    backlog: int | None = None
    marks: tuple[str, ...] = ()

    @property
    def is_void(self) -> bool:
        """Whether the generator itself was away meanwhile: the record counts for nothing."""
        return not AWAY.isdisjoint(self.marks)

    @property
    def generator_work_s(self) -> float:
        """How long the generator worked: its CPU time says nothing where it never sleeps."""
        return self.generator_cpu_s if self.generator_busy_s is None else self.generator_busy_s

    @property
    def rate(self) -> float:
        """Goodput of the counted stretch, requests per second."""
        return self.completions / self.duration_s if self.duration_s > 0 else 0.0

    @property
    def pace(self) -> float:
        """Goodput of the whole slice, burn-in and drain included, requests per second.

        A slow server may answer nothing in a short counted stretch; here every request that was sent is in.
        """
        return self.answered / self.wall_s if self.wall_s > 0 else 0.0
