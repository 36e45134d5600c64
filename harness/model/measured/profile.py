"""Where a server spent its CPU time, as a sampling profiler saw it."""

from typing import Final, Self

from pydantic import Field, model_validator

from harness.model.measured.database_work import DatabaseWork
from harness.model.measured.queues import Queues
from harness.model.record import Record

KERNEL: Final = "kernel"
APPLICATION: Final = "application"
STANDARD_LIBRARY: Final = "python:"
"""Before the name of a module of the standard library: python:json."""
UNKNOWN: Final = ""

MOST: Final = 1e12
"""Beyond any figure of a profile: what a damaged file may hold still has a logarithm and a sum."""


class Frame(Record):
    """A function in a stack. `owner`: a distribution by its normalised name, "python:" and a module of the standard
    library, "application", "kernel" for a system call, or empty: of the interpreter, the C library, or nobody known.
    `file`: as short as it is still known by, without folders of this machine."""

    function: str
    file: str
    owner: str = UNKNOWN


class Stack(Record):
    """Places in a profile's `frames`, the outermost function first, and how many samples had exactly these.

    Waiting is not among them: a sample is of a thread that had work. `samples` is no whole number where threads that
    run no Python stand for their share of the CPU time.
    """

    frames: tuple[int, ...] = Field(min_length=1)
    samples: float = Field(gt=0, le=MOST)


class Profile(Record):
    """One cell in one scenario and block of the profiler's own.

    Without the profiler, at saturation: `answered` requests took `user_s` and `system_s` CPU seconds of the server's
    process tree, at `rate` requests per second from `workers` worker processes; `database` and `queues`: what else was
    seen meanwhile, None where it is not reported. With it: `stacks` from `samples_s` seconds. `slowed`: requests per
    second with it over those without it, of the server that was sampled.
    """

    cell: str
    scenario: str
    block: int = Field(ge=0)
    answered: int = Field(gt=0, le=MOST)
    user_s: float = Field(ge=0, le=MOST)
    system_s: float = Field(ge=0, le=MOST)
    rate: float = Field(ge=1 / MOST, le=MOST)
    workers: int = Field(default=1, ge=1)
    slowed: float = Field(ge=1 / MOST, le=MOST)
    samples_s: float = Field(gt=0)
    frames: tuple[Frame, ...]
    stacks: tuple[Stack, ...]
    database: DatabaseWork | None = None
    queues: Queues | None = None

    @model_validator(mode="after")
    def _it_is_whole(self) -> Self:
        if any(not 0 <= place < len(self.frames) for stack in self.stacks for place in stack.frames):
            raise ValueError("a stack names a function that is not in frames")
        if self.user_s + self.system_s <= 0:
            raise ValueError("requests were answered without CPU time")
        return self

    @property
    def samples(self) -> float:
        return sum(stack.samples for stack in self.stacks)

    @property
    def cpu_us(self) -> float:
        """CPU microseconds per request, without the profiler."""
        return 1e6 * (self.user_s + self.system_s) / self.answered

    @property
    def waiting_us(self) -> float:
        """Microseconds of a worker per request in which it used no CPU, though there were always requests: it waited
        for a database, a lock, a sleep, the load generator, or a core."""
        return max(0.0, 1e6 * self.workers / self.rate - self.cpu_us)
