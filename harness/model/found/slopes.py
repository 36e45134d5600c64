"""What each unit of a level's parameter costs: microseconds per middleware, per route."""

from typing import Literal

from pydantic import Field

from harness.model.record import Record


class SlopePoint(Record):
    """Microseconds that a request keeps a worker busy at one level, with Student's interval over blocks."""

    n: int
    microseconds: float
    low: float | None
    high: float | None


class SlopeCell(Record):
    """How much longer a request keeps a worker of `cell` busy for each unit of the level's `n`, in microseconds.

    `low`, `high`: simultaneous over the cells; None below two blocks. `distinguished`: whether the interval excludes 0.
    `cpu_us` and its interval: the same of the server's CPU time per request, where it is known. `at_zero_us`: of a
    request with none. `rank_low`..`tie_groups`: as of a RankedCell, by the slopes.
    """

    cell: str
    microseconds: float
    low: float | None
    high: float | None
    distinguished: bool
    at_zero_us: float
    cpu_us: float | None
    cpu_low: float | None
    cpu_high: float | None
    rank_low: int | None
    rank_high: int | None
    tie_groups: tuple[str, ...]
    blocks: int
    points: tuple[SlopePoint, ...]


class SlopePair(Record):
    """Two slopes compared: `microseconds` of `second` less those of `first`, which has the smaller slope, with their
    simultaneous interval. `tied`: at the ranking level the difference is less than `delta` of the faster request."""

    first: str
    second: str
    microseconds: float
    low: float | None
    high: float | None
    verdict: Literal["tied", "better", "unresolved"]


class SlopeRanking(Record):
    """The slopes of a scenario that is ranked by them, smallest first. `per`: what `n` counts. `confidence`: of all
    pairs together. `noise_floor_us`: differences up to this are not called; None without a twin. `different`: the
    reference was called different from its twin, which voids the slopes. `unranked`: the reason of each cell without a
    slope."""

    per: str
    rows: tuple[SlopeCell, ...]
    pairs: tuple[SlopePair, ...]
    confidence: float | None
    noise_floor_us: float | None
    different: bool = False
    unranked: dict[str, str] = Field(default_factory=dict)
