"""The ranking of one scenario as a table: one row per cell, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from harness.model.asked.counting import Unit
from harness.model.asked.request import Level
from harness.model.asked.scenario import Ranked, ScenarioManifest
from harness.model.foreign import clean
from harness.model.found.ranking import RankedCell, ScenarioRanking, UnrankedCell
from harness.report.text import (
    Figure,
    absent,
    between,
    confidence,
    count,
    number,
    percent,
    place,
    rate,
    share,
    shorten,
    times,
    times_between,
)
from harness.report.view.names import Name
from harness.report.view.remarks import Remark, remark
from harness.report.view.source import Source
from harness.report.view.tables.bars import Bar, bar
from harness.report.view.tables.costs import NOTHING, CellCosts, costs
from harness.report.view.tables.rails import alike, rails, undecided_groups

LEAGUES: Final = {
    "controlled": "Controlled tier: the same data access for everybody",
    "idiomatic": "Idiomatic tier: what each framework's own documentation recommends",
    "outside": "Other languages",
    "reference": "References outside Python or of another time, for orientation: they hold no ranks",
}
ONE_BLOCK: Final = "one block gives no interval"


@dataclass(frozen=True, slots=True)
class Scale:
    """What the bars of a scenario show: ratios, or the figure itself; `longest` is the full length."""

    ratios: bool
    longest: float


@dataclass(frozen=True, slots=True)
class Row:
    """A ranked cell. `ties`: its tie groups in words. `rails` has an entry for each lane of the column of ties; `alike`
    counts the cells of its league that it is not distinguished from."""

    name: Name
    rank: str
    ties: str
    rails: tuple[str, ...]
    alike: int
    apart: bool
    best_server: bool
    bar: Bar
    rps: Figure
    interval: Figure
    ratio: Figure
    ratio_interval: Figure
    errors: Figure
    blocks: Figure
    costs: CellCosts


@dataclass(frozen=True, slots=True)
class Unranked:
    """A cell without a place, why, and the end of its log where it failed."""

    name: Name
    reason: str
    log_tail: str


@dataclass(frozen=True, slots=True)
class League:
    """Cells that are ranked with each other. `lanes` counts those of the column of ties."""

    id: str
    title: str
    rows: tuple[Row, ...]
    lanes: int

    @property
    def counted(self) -> bool:
        """Whether ties are counted, because the lines that join them would be too many."""
        return not self.lanes and any(row.alike for row in self.rows)


@dataclass(frozen=True, slots=True)
class Table:
    """The ranking of one scenario, league by league. `timed`: whether response times are ranked; `service`: what
    works for a request beside the server."""

    id: str
    title: str
    about: str
    load: str
    unit: Unit
    timed: bool
    service: str
    estimate: bool
    inference: str
    costed: bool
    leagues: tuple[League, ...]
    unranked: tuple[Unranked, ...]
    remarks: tuple[Remark, ...]


def table(source: Source, scenario: ScenarioManifest) -> Table:
    """The scenario's table; without leagues where nothing was measured."""
    found = source.ranking.scenarios.get(scenario.id)
    costed = costs(source, scenario)
    return Table(
        id=scenario.id,
        title=shorten(scenario.title, 80),
        about=shorten(scenario.about, 400),
        load=load(scenario.rank.at) if scenario.rank.rate is None else _offered(scenario.rank),
        unit=scenario.rank.unit,
        timed=scenario.rank.rate is not None,
        service="upstream" if scenario.waits else "database",
        estimate=found.estimate if found else True,
        inference=_inference(source, found) if found else "",
        costed=any(cost.known() for cost in costed.values()),
        leagues=_leagues(source, found, costed) if found else (),
        unranked=tuple(_unranked(source, scenario.id, cell) for cell in found.unranked) if found else (),
        remarks=tuple(remark(notice) for notice in found.notices) if found else (),
    )


def load(level: Level) -> str:
    """64 connections, 20 rows per request."""
    connections = count(level.connections, "connection")
    return connections if level.n is None else f"{connections}, n = {level.n}"


def _offered(rank: Ranked) -> str:
    return f"{number(rank.rate or 0.0)} requests/s, offered alike to all, over {load(rank.at)}"


def _leagues(source: Source, found: ScenarioRanking, costed: Mapping[str, CellCosts]) -> tuple[League, ...]:
    scale = _scale(found.rows)
    return tuple(
        _league(source, found, league, scale, costed)
        for league in LEAGUES
        if any(row.league == league for row in found.rows)
    )


def _league(source: Source, found: ScenarioRanking, id_: str, scale: Scale, costed: Mapping[str, CellCosts]) -> League:
    def tied(one: str, other: str) -> bool:
        pair = source.pair(found.scenario, one, other)
        return pair is not None and pair.verdict == "tied"

    members = [row for row in found.rows if row.league == id_]
    lanes, best, undecided = rails(members, tied), _best_servers(members), undecided_groups(members, tied)
    rows = tuple(
        _row(
            source,
            row,
            bar=_bar(row, scale),
            rails=lanes[index],
            alike=alike(members, index),
            ties=_ties(row, undecided),
            apart=_apart(members, index),
            best_server=row.cell in best,
            costs=costed.get(row.cell, NOTHING),
        )
        for index, row in enumerate(members)
    )
    return League(id_, LEAGUES[id_], rows, len(lanes[0]))


def _inference(source: Source, found: ScenarioRanking) -> str:
    """What the verdicts of this scenario rest on, in a sentence."""
    if found.confidence is None:
        return "There are too few blocks for intervals, so no order is claimed."
    floor = found.noise_floor.share if found.noise_floor else None
    noise = "" if floor is None else f" and beyond the noise floor of {percent(floor)}"
    return (
        f"The intervals of all ratios hold together at {confidence(found.confidence)} confidence after "
        f"{count(found.blocks, 'block')}. "
        f"A pair is called different only where its interval excludes equality{noise}, and tied where the interval "
        f"lies within {share(source.ranking.delta)}."
    )


def _row(source: Source, row: RankedCell, **seen: Any) -> Row:
    """The row, but for what it takes its neighbours to tell (`seen`)."""
    why_not = ONE_BLOCK if row.blocks <= 1 else "too few blocks for an interval"
    return Row(
        name=source.name(row.cell, row.app, row.server),
        rank=place(row.rank_low, row.rank_high),
        rps=rate(row.rps) if row.p99_s is None else Figure(number(1000 * row.p99_s), row.p99_s),
        interval=between(row.rps_low, row.rps_high, why_not) if row.p99_s is None else _of_p99(row, why_not),
        ratio=_ratio(row),
        ratio_interval=_ratio_interval(row, source.ranking.reference, why_not),
        errors=Figure(share(row.error_share), row.error_share),
        blocks=Figure(f"{row.blocks:,}", row.blocks),
        **seen,
    )


def _of_p99(row: RankedCell, why_not: str) -> Figure:
    if row.p99_low is None or row.p99_high is None:
        return absent(why_not)
    return between(1000 * row.p99_low, 1000 * row.p99_high, why_not)


def _bar(row: RankedCell, scale: Scale) -> Bar:
    """The ratio and its interval; without a reference, the figure itself and no whisker."""
    if not scale.ratios:
        return bar(row.rps, None, None, scale.longest)
    return bar(row.ratio or 0.0, row.ratio_low, row.ratio_high, scale.longest)


def _scale(rows: Sequence[RankedCell]) -> Scale:
    ratios = all(row.ratio is not None for row in rows)
    lengths = [(row.ratio_high or row.ratio or 0.0) if ratios else row.rps for row in rows]
    return Scale(ratios, max(lengths, default=0.0) or 1.0)


def _ratio(row: RankedCell) -> Figure:
    return absent("the reference has no figure here") if row.ratio is None else Figure(times(row.ratio), row.ratio)


def _ratio_interval(row: RankedCell, reference: str, why_not: str) -> Figure:
    if row.cell == reference:
        return Figure("the reference", 0.0)
    if row.ratio is None or row.ratio_low is None or row.ratio_high is None:
        return absent(why_not)
    return Figure(times_between(row.ratio_low, row.ratio_high), row.ratio_high - row.ratio_low)


def _best_servers(rows: Sequence[RankedCell]) -> set[str]:
    best: dict[str, str] = {}
    for row in rows:
        best.setdefault(row.app, row.cell)
    return set(best.values())


def _apart(rows: Sequence[RankedCell], index: int) -> bool:
    """Whether the row shares no tie group with the one above that holds a place: a line is drawn between them."""
    above = [row for row in rows[:index] if row.tie_groups]
    return bool(above and rows[index].tie_groups) and not set(rows[index].tie_groups) & set(above[-1].tie_groups)


def _ties(row: RankedCell, undecided: frozenset[str]) -> str:
    """What the lines say, for those who do not see them."""
    tied = [name for name in row.tie_groups if name not in undecided]
    parts = [
        f"{word} {' and '.join(names)}"
        for word, names in (("tie group", tied), ("undecided group", [*filter(undecided.__contains__, row.tie_groups)]))
        if names
    ]
    return "; ".join(parts) or "no tie group"


def _unranked(source: Source, scenario: str, cell: UnrankedCell) -> Unranked:
    failure = source.failure(cell.cell, scenario)
    return Unranked(
        name=source.name(cell.cell, cell.app, cell.server),
        reason=shorten(cell.reason, 2000),
        log_tail=clean(failure.log_tail) if failure else "",
    )
