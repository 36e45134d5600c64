"""A continuous run of a cell: whether it was warm, and whether the load generator's account adds up."""

from typing import Final

from pydantic import Field

from harness.model.asked.request import Level
from harness.model.notice import Notice
from harness.model.record import Record

NO_CONTINUOUS_RUNS: Final = "no-continuous-runs"
"""Code of the notice that the budget had no room for them."""


class ContinuousRun(Record):
    """A cell driven for seconds without a pause before its first rotations, but for short slices of `company` between
    its own.

    `pieces`: how many own slices there were; `duration_s`, `completions`: of their counted stretches. `little`: rate x
    mean response time / connections, 1 where every connection was busy all the time (Little 1961). `change`: by what
    share of 1 the second half was faster than the first, the machine's speed allowed for as `company` showed it, with
    its interval (`low`, `high`); None where too little was driven, or nothing was up beside the cell. `failed_gates`:
    what keeps the cell out of the ranking, unless the run was repeated.
    """

    block: int = Field(ge=0)
    scenario: str
    level: Level
    company: str | None
    pieces: int
    duration_s: float
    completions: int
    little: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    failed_gates: tuple[Notice, ...] = ()
