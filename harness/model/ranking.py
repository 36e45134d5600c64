"""What the analysis concludes from trials; the report and ranking.json show nothing else."""

from harness.model.record import Record
from harness.model.scenario import Level


class RankedCell(Record):
    """One row of a ranking. Intervals are None while there are too few blocks to give one.

    `rps`: goodput, requests a second. `ratio`: to the reference cell of the campaign. `rank_low`..`rank_high`: the
    places this cell may hold. `block_rps`: each block's own value, in block order.
    """

    cell: str
    app: str
    server: str
    tier: str
    rps: float
    rps_low: float | None
    rps_high: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    rank_low: int
    rank_high: int
    group: str
    blocks: int
    slices: int
    completions: int
    error_share: float
    block_rps: tuple[float, ...]


class UnrankedCell(Record):
    """A cell that was planned and has no place, with the reason."""

    cell: str
    app: str
    server: str
    reason: str


class ScenarioRanking(Record):
    """Rows in the order of `rps`, best first. `estimate` is True while the order is not inferred but only seen."""

    scenario: str
    level: Level
    estimate: bool
    rows: tuple[RankedCell, ...]
    unranked: tuple[UnrankedCell, ...] = ()


class Ranking(Record):
    """One ranking a scenario, keyed by scenario id."""

    campaign: str
    reference: str
    scenarios: dict[str, ScenarioRanking]
