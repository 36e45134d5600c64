"""What the analysis concludes from trials; the report and ranking.json show nothing else."""

from typing import Literal

from harness.model.asked.counting import Unit
from harness.model.asked.request import Level
from harness.model.found.slopes import SlopeRanking
from harness.model.notice import Notice
from harness.model.record import Record

League = Literal["controlled", "idiomatic", "outside", "reference"]
"""Cells that are shown with each other: the controlled tier and its floors, the idiomatic tier, other languages,
references. References hold no places, and neither do floors beside applications."""


class CellCost(Record):
    """Medians over the blocks, but for `server_cpu_us`, `voluntary_switches` and `involuntary_switches`, which are of
    all blocks together; None where the system does not tell. Microseconds of CPU and context switches are those of one
    request; `rest_switches_s` is a second, `rest_cpu_share` of a core, both while nobody asks anything of the server.
    """

    startup_s: float | None = None
    rest_pss_bytes: float | None = None
    load_pss_bytes: float | None = None
    server_cpu_us: float | None = None
    service_cpu_us: float | None = None
    voluntary_switches: float | None = None
    involuntary_switches: float | None = None
    rest_switches_s: float | None = None
    rest_cpu_share: float | None = None


class RankedCell(Record):
    """One row of a ranking. Intervals are None while there are too few blocks to give one.

    `rps`: goodput, in the scenario's unit per second (requests, unless it names another). `ratio`: to the reference
    cell of the campaign. `rank_low`..`rank_high`: the places this cell may hold in its league; None of a reference, and
    of a floor beside applications. `block_rps`: each block's own value, one for each entry of `block_numbers`.
    `tie_groups`: names; two cells with places in a league share one exactly when neither was called better than the
    other. A cell without a place has none. Where the scenario is ranked by response times, `p99_s` is their 99th
    percentile in the average block, seconds, with Student's interval, and `ratio` the reference's over the cell's own:
    above 1 it is quicker. `rps` is then what it did in the closed model, without an interval.
    """

    cell: str
    app: str
    server: str
    tier: str
    rps: float
    rps_low: float | None
    rps_high: float | None
    p99_s: float | None = None
    p99_low: float | None = None
    p99_high: float | None = None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    rank_low: int | None
    rank_high: int | None
    tie_groups: tuple[str, ...]
    blocks: int
    slices: int
    completions: int
    error_share: float
    block_rps: tuple[float, ...]
    block_numbers: tuple[int, ...] = ()
    league: League = "controlled"
    cost: CellCost = CellCost()

    @property
    def speed(self) -> float:
        """The figure that is ranked, more being better."""
        return self.rps if self.p99_s is None else 1 / self.p99_s


class UnrankedCell(Record):
    """A cell that was planned and has no place, with the reason."""

    cell: str
    app: str
    server: str
    reason: str


class PairVerdict(Record):
    """Two cells compared. `ratio` and its simultaneous interval are `first` over `second`; `first` is the faster.

    `decided_at`: completed blocks when the verdict was given; it stands from there. None while unresolved.
    `blocks_more`: about how many blocks more would decide it; None where it is decided, out of reach, or not asked for,
    since the two are not ranked together.
    """

    first: str
    second: str
    ratio: float
    low: float | None
    high: float | None
    verdict: Literal["tied", "better", "unresolved"]
    decided_at: int | None = None
    blocks_more: int | None = None


class NoiseFloor(Record):
    """The reference against itself: `ratio` is twin over reference, 1 in truth, with its simultaneous interval.

    `share`: differences up to this share of 1 are not called. `different`: the twin was called better or worse, which
    voids the scenario.
    """

    ratio: float
    low: float | None
    high: float | None
    share: float | None
    different: bool = False


class CpuCell(Record):
    """CPU time of a cell's server for one request in the average block, microseconds, with Student's interval over its
    blocks. `ratio`: to the reference's, with its simultaneous interval; above 1 it takes more. None: not known."""

    cell: str
    microseconds: float
    low: float | None
    high: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None


class CpuRanking(Record):
    """CPU time per request, judged as requests/s are. Rows with the least first. `pairs`: requests per CPU second of
    `first` over `second`; `first` takes less CPU."""

    rows: tuple[CpuCell, ...]
    pairs: tuple[PairVerdict, ...]
    noise_floor: NoiseFloor | None


class ScenarioRanking(Record):
    """Rows in the order of `rps`, best first; `unit`: what it counts. In that of `p99_s` where `by` says that response
    times at `rate` requests per second are ranked, and in that of `slopes` where it says so: the rows hold the places
    and tie groups of these. Pairs are of the figure that is ranked; of slopes they are beside their rows. `estimate` is
    True while the order is not inferred but only seen.

    `blocks`: completed blocks that the scenario was driven in. `confidence`: of the intervals of all pairs together at
    this look. `cpu`: the second outcome; None where the system does not report it.

    Standard deviations are those of a cell's log(rps) against the other cells. `block_sd`: of a block. `restart_sd`:
    the part of it that more rotations would not remove; None below four blocks. `slice_sd`: robust, of one slice
    against its rotation. `rotations`: median of a block. `best_rotations`: of a block, for the narrowest intervals in
    the same time; None where `restart_sd` is not known or not distinguished from 0.
    """

    scenario: str
    level: Level
    by: Literal["throughput", "slope", "p99"] = "throughput"
    rate: float | None = None
    unit: Unit = "requests"
    estimate: bool
    rows: tuple[RankedCell, ...]
    unranked: tuple[UnrankedCell, ...] = ()
    pairs: tuple[PairVerdict, ...] = ()
    noise_floor: NoiseFloor | None = None
    blocks: int = 0
    confidence: float | None = None
    block_sd: float | None = None
    restart_sd: float | None = None
    slice_sd: float | None = None
    rotations: float | None = None
    best_rotations: int | None = None
    cpu: CpuRanking | None = None
    notices: tuple[Notice, ...] = ()
    slopes: SlopeRanking | None = None


class OverallCell(Record):
    """A cell over all scenarios. `score`: geometric mean of its ratios to the reference, the interval simultaneous."""

    cell: str
    app: str
    server: str
    tier: str
    league: League
    score: float
    score_low: float | None
    score_high: float | None
    rank_low: int | None
    rank_high: int | None
    tie_groups: tuple[str, ...]


class OverallRanking(Record):
    """Cells that are ranked in every one of `scenarios`, best first; the others are named with what they lack. `pairs`:
    ratios of scores."""

    scenarios: tuple[str, ...]
    estimate: bool
    rows: tuple[OverallCell, ...]
    pairs: tuple[PairVerdict, ...] = ()
    unranked: tuple[UnrankedCell, ...] = ()


class Effect(Record):
    """How much longer one request keeps a worker of `cell` busy than one of `base`, in microseconds, had the reference
    gone alike in all blocks.

    `framework`: the base is the bare callable on the same server. `server`: the base is the same application on the
    first of its servers that was measured and speaks the same interface. The interval is of this effect alone; None
    below two blocks. `blocks`: those the two have in common, or of the one that has fewer, where these tell more.
    """

    kind: Literal["framework", "server"]
    scenario: str
    cell: str
    base: str
    microseconds: float
    low: float | None
    high: float | None
    base_microseconds: float
    blocks: int


Setting = Literal["workers", "threads", "runtime_threads", "pool", "interpreter"]


class SettingEffect(Record):
    """What another value of one setting does to the throughput of an application on a server, in one scenario.

    `ratio`: requests per second of `cell` over those of `base`, two cells that differ in `setting` alone, of which
    `base` is the first one in the plan; with its simultaneous interval, None while there are too few blocks for one.
    `verdict`: the ranking's of the two. `blocks`: that held both.
    """

    setting: Setting
    scenario: str
    cell: str
    base: str
    ratio: float
    low: float | None
    high: float | None
    verdict: Literal["tied", "better", "unresolved"]
    blocks: int


class TierGap(Record):
    """What using a framework as its documentation recommends does to its throughput, in one scenario.

    `ratio`: requests per second of `idiomatic` over those of `controlled`, two cells of the same `framework`, workers,
    database and interpreter; with its simultaneous interval, None while there are too few blocks for one. `blocks`:
    that held both. `same_server`: where False, no controlled cell of the framework ran on the idiomatic one's server,
    and the ratio holds the servers' difference too.
    """

    framework: str
    scenario: str
    controlled: str
    idiomatic: str
    same_server: bool
    ratio: float
    low: float | None
    high: float | None
    blocks: int


class Ranking(Record):
    """One ranking a scenario, keyed by scenario id. `delta`: the difference that matters, as a share of 1."""

    campaign: str
    reference: str
    scenarios: dict[str, ScenarioRanking]
    delta: float = 0.03
    overall: OverallRanking | None = None
    effects: tuple[Effect, ...] = ()
    gaps: tuple[TierGap, ...] = ()
    settings: tuple[SettingEffect, ...] = ()
