"""What profiles amount to: microseconds of each layer, with intervals, and what makes two configurations differ."""

from typing import Final

from pydantic import Field

from harness.model.record import Record, Slug

EXTRA_READS: Final = 0.5
"""Per answer: reads beyond those that a scenario asks for are named from here on; fewer are a cache that fills."""


class Amount(Record):
    """Microseconds per request: the mean over blocks with Student's 95 % interval; None below three blocks."""

    us: float
    low: float | None = None
    high: float | None = None

    @property
    def half(self) -> float | None:
        return None if self.low is None or self.high is None else (self.high - self.low) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """Of the interval; without one the amount is a point."""
        return (self.us, self.us) if self.low is None or self.high is None else (self.low, self.high)

    def agrees_with(self, other: "Amount") -> bool:
        """Whether the two intervals have a point in common."""
        return self.bounds[0] <= other.bounds[1] and other.bounds[0] <= self.bounds[1]


class Function(Record):
    """A function, and what a request spends in it: in itself (`self_us`), and with all that it calls (`total_us`)."""

    function: str
    file: str
    owner: str
    layer: Slug
    self_us: float
    total_us: float


class StatementShare(Record):
    """A statement, constants left out: how often it was run per answer, and the microseconds each run took."""

    text: str
    calls: float
    call_us: float


class DatabaseShare(Record):
    """The database's own counters, per answer: statements run, those that read the contract's tables (`reads_asked`: as
    the scenario needs them, None where it does not say), rows given, bytes sent to it and received (None: not known).

    `executing`: microseconds in which the database ran the statements.
    """

    calls: float
    reads: float
    reads_asked: int | None
    rows: float
    executing: Amount
    sent: float | None
    received: float | None
    statements: tuple[StatementShare, ...]

    @property
    def reads_too_often(self) -> bool:
        """Whether it reads clearly more often than the scenario asks (N+1)."""
        return self.reads_asked is not None and self.reads > self.reads_asked + EXTRA_READS


class CellLayers(Record):
    """One configuration in one scenario.

    `total`: CPU per request without the profiler; `waiting`: of a worker, beside it. `layers`: by id, summing up to the
    total; `parts` likewise, by name: server, framework, data access, application, other. `samples`: how many there
    were, in `blocks` blocks. `slowed`: requests per second with the profiler over those without it. `residence`: where
    a request was from its sending until its answer was read, by place (analysis/layers/residence.py), summing up to the
    response time; empty where the system does not report it. `database`: None where statements were not counted.
    """

    cell: str
    blocks: int
    samples: float
    total: Amount
    waiting: Amount
    layers: dict[str, Amount]
    parts: dict[str, Amount]
    functions: tuple[Function, ...]
    slowed: float
    residence: dict[Slug, Amount] = Field(default_factory=dict)
    database: DatabaseShare | None = None


class FunctionChange(Record):
    """A function in two configurations, microseconds per request in itself; None: it was never seen in one of them."""

    function: str
    file: str
    owner: str
    layer: Slug
    first_us: float | None
    second_us: float | None

    @property
    def difference_us(self) -> float:
        """Of the first over the second."""
        return (self.first_us or 0.0) - (self.second_us or 0.0)


class Difference(Record):
    """How much more the first of two configurations costs than the second, block by block: in all, by layer and by
    part, the sum of either being the whole; `waiting` is beside it. `functions`: the largest differences first.

    `ratio`: CPU per request of the first over the second; `factors`: what each part brings to it; their product is the
    ratio (Shapley 1953, of log cost: the mean over all orders in which one's parts are put in the other's place).
    `measured`: the same difference as the campaign measured it apart from these blocks; None where it did not.
    """

    first: str
    second: str
    total: Amount
    waiting: Amount
    layers: dict[str, Amount]
    parts: dict[str, Amount]
    functions: tuple[FunctionChange, ...]
    ratio: float
    factors: dict[str, float]
    measured: Amount | None = None


class Explanation(Record):
    """One scenario."""

    scenario: Slug
    cells: tuple[CellLayers, ...]
    differences: tuple[Difference, ...] = ()
