"""What a race of configurations came to."""

from typing import Literal

from harness.model.asked.counting import Unit
from harness.model.asked.request import Level
from harness.model.notice import Notice
from harness.model.record import Record

Knob = Literal["server", "workers", "threads", "runtime_threads", "pool", "interpreter"]
LimitState = Literal["none", "kept", "unknown"]
"""Of a limit on p99: there is none; the whole interval lies within it; it is not known whether it does."""
Cause = Literal["slower", "over-limit", "failed", "waiting"]


class Contender(Record):
    """A configuration that none was called better than. Intervals are None while there are too few blocks for one.

    `ratio`: its throughput over that of the fastest contender, with its simultaneous interval; exactly 1 of that one.
    `together`: workers x threads. `memory_bytes`: proportional memory under load. `cpu_us`: of the server for one
    request. `p99_s` and its interval: at the fixed rate.
    """

    cell: str
    rps: float
    ratio: float
    low: float | None
    high: float | None
    tied: bool
    together: int
    memory_bytes: float | None
    cpu_us: float | None
    limit: LimitState
    p99_s: float | None
    p99_low_s: float | None
    p99_high_s: float | None
    blocks: int


class Gone(Record):
    """A configuration that left the race, or `waiting`: its first block did not come. `than`: the fastest one that was
    called better. `rps`: as far as known."""

    cell: str
    cause: Cause
    than: str | None
    reason: str
    rps: float | None
    blocks: int


class KnobEffect(Record):
    """What the recommended value of one knob brings: throughput of `cell` over that of `other`, which differs from it
    in `knob` alone, with the pair's simultaneous interval and the verdict."""

    knob: Knob
    cell: str
    other: str
    ratio: float
    low: float | None
    high: float | None
    verdict: Literal["tied", "better", "unresolved"]
    blocks: int


class Tuned(Record):
    """The answer. `contenders`: the tie group of the best, the cheapest first. `recommended`: the first of them that is
    known to keep the limit; None where there is none, or only an estimate.

    `unit`: what `rps` counts a second. `settled`: every contender is tied with the fastest, or there is no other.
    `estimate`: there are no intervals yet. `void`: the default was called different from its own twin, so nothing is
    concluded.
    """

    campaign: str
    scenario: str
    title: str
    level: Level
    unit: Unit = "requests"
    delta: float
    p99_s: float | None
    share: float | None
    candidates: int
    blocks: int
    default: str | None
    recommended: str | None
    contenders: tuple[Contender, ...]
    gone: tuple[Gone, ...]
    knobs: tuple[KnobEffect, ...]
    settled: bool
    estimate: bool
    void: bool
    notices: tuple[Notice, ...] = ()
