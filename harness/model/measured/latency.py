"""Response times at a fixed offered rate (the open model), and the highest rate that keeps them under a limit."""

from pydantic import Field

from harness.model.asked.request import Level
from harness.model.found.ranking import League
from harness.model.measured.load import ErrorKind
from harness.model.notice import Notice
from harness.model.record import Record


class LatencyWindow(Record):
    """One cell driven at a fixed rate in one block, scenario and level. Rates are requests per second, times seconds.

    `capacity_before`, `capacity_after`: goodput of closed slices right before and after. `offered_rate`: `share` of
    what the cell was taken to do meanwhile; 0 where the first is. `duration_s`: the counted stretch. `offered`:
    requests due in it; `completions`: validated responses received in it. `errors`: by kind, over the whole window.
    `backlog`: due and not yet sent at its end. `histogram`: times from the due moment, of the requests due in the
    counted stretch, whenever they were answered; `service_histogram`: the same requests from their sending;
    `lateness_histogram`: how late the generator sent them, where a connection was free; all HdrHistogram V2 in
    microseconds. `mean_s` and `max_s` are of the first. `marks`: what makes the window doubtful. `discarded`: why it
    is in no figure. `repeat`: measured because the window before it was discarded.
    """

    cell: str
    block: int = Field(ge=0)
    scenario: str
    level: Level
    share: float = Field(gt=0)
    capacity_before: float = Field(ge=0)
    capacity_after: float = Field(ge=0)
    offered_rate: float = Field(ge=0)
    started_at: float
    duration_s: float = 0.0
    offered: int = 0
    completions: int = 0
    errors: dict[ErrorKind, int] = Field(default_factory=dict)
    backlog: int = 0
    histogram: str | None = None
    service_histogram: str | None = None
    lateness_histogram: str | None = None
    mean_s: float | None = None
    max_s: float | None = None
    marks: tuple[str, ...] = ()
    repeat: bool = False
    discarded: Notice | None = None


class Criterion(Record):
    """What it means that a server holds a rate: p99 of response times within `p99_s` seconds, at most `error_share` of
    requests failed, at least `achieved_share` of what was due answered meanwhile."""

    p99_s: float = Field(gt=0)
    error_share: float = Field(default=0.001, ge=0, lt=1)
    achieved_share: float = Field(default=0.99, gt=0, le=1)


class Probe(Record):
    """One try of a rate: what was seen, and which parts of the criterion it broke (none: the rate was held).

    `p99_s` counts requests that were never answered rightly as later than any; None where it lies among those.
    """

    offered_rate: float = Field(gt=0)
    duration_s: float
    offered: int
    completions: int
    errors: dict[ErrorKind, int] = Field(default_factory=dict)
    p50_s: float | None = None
    p99_s: float | None = None
    max_s: float | None = None
    marks: tuple[str, ...] = ()
    broke: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        return not self.broke


class CapacitySearch(Record):
    """The search for the highest rate that one cell holds in one block. Rates are requests per second.

    `ceiling`: goodput of the closed slice before it; nothing above is tried. `highest`: the highest rate that was held
    below every one that was not; None where none was. `broken`: the lowest that was not held; None where even the
    ceiling was.
    """

    cell: str
    block: int = Field(ge=0)
    scenario: str
    level: Level
    criterion: Criterion
    ceiling: float = Field(ge=0)
    highest: float | None
    broken: float | None
    probes: tuple[Probe, ...]

    @property
    def width(self) -> float | None:
        """Within how many requests per second the capacity is known; None where it was not bounded from above."""
        return None if self.broken is None else self.broken - (self.highest or 0.0)


class Percentile(Record):
    """The time within which `share` of the requests due were answered rightly, over all windows together.

    `low`..`high`: its 95 % interval by order statistics, as if requests were independent, made wider until it holds
    what single blocks say by themselves. `high` is None where the interval has no upper end, because requests were
    never answered; both are None where `seconds` is. `reason`: why `seconds` is None; `takes`: how many requests it
    would take, where there were too few.
    """

    share: float = Field(gt=0, lt=1)
    seconds: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    takes: int | None = None


class LatencyRow(Record):
    """What one cell did at its fixed rate, over its windows in the blocks that count, discarded ones left out.

    `capacity`: mean of the closed slices around them; `offered_rate`: mean over them. `load_low`..`load_high`: the
    lowest and the highest share of the capacity around a window that was offered in it. `achieved_share`: completions
    over what was due. `percentiles` of response times, `service` of service times; `lateness_p50_s`, `lateness_p99_s`:
    how late the generator itself was; `histogram`: all response times.
    `marks`: in how many windows each was seen. `rate`: what was offered, where that is the same for all cells; None:
    `share` of the cell's own capacity. `reason`: why there is no figure; then all are None or 0.
    """

    cell: str
    app: str
    server: str
    tier: str
    league: League
    level: Level
    share: float
    rate: float | None = None
    windows: int = 0
    discarded: int = 0
    blocks: tuple[int, ...] = ()
    capacity: float | None = None
    offered_rate: float | None = None
    load_low: float | None = None
    load_high: float | None = None
    offered: int = 0
    achieved_share: float | None = None
    error_share: float | None = None
    mean_s: float | None = None
    max_s: float | None = None
    percentiles: tuple[Percentile, ...] = ()
    service: tuple[Percentile, ...] = ()
    lateness_p50_s: float | None = None
    lateness_p99_s: float | None = None
    histogram: str | None = None
    marks: dict[str, int] = Field(default_factory=dict)
    reason: str = ""


class CapacityRow(Record):
    """The highest rate one cell holds under the criterion, over blocks. Rates are requests per second.

    `rate`: the middle one of the blocks' own (the lower of two). `low`: the lowest of them; `high`: the highest of the
    blocks' lowest broken rates, None where a block held even its ceiling. `brackets`: (highest, broken) of each of
    `blocks`. `reason`: why there is no rate.
    """

    cell: str
    app: str
    server: str
    tier: str
    league: League
    level: Level
    criterion: Criterion
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    blocks: tuple[int, ...] = ()
    brackets: tuple[tuple[float | None, float | None], ...] = ()
    probes: int = 0
    reason: str = ""

    @property
    def width(self) -> float | None:
        """high - low; None where it is not bounded."""
        return None if self.low is None or self.high is None else self.high - self.low
