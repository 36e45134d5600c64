"""The answer in sentences, made from the data."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from harness.model.found.ranking import OverallCell, RankedCell, ScenarioRanking
from harness.report.text import listing, number, per_second, shorten, some, times, times_between
from harness.report.view.sections.explanations import explained
from harness.report.view.source import Source
from harness.report.view.tables.table import LEAGUES

Row = TypeVar("Row", bound=RankedCell | OverallCell)

NO_CONTENDERS: Final = ("floor", "reference")
"""Tiers that nobody chooses from: a measure, and what is there for orientation."""
NAMED: Final = 4
"""Cells that a sentence calls by their names; the others are counted."""
SCENARIOS_NAMED: Final = 4
"""Of several winners each is named with its scenarios, where these are no more."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a sentence; `strong` pieces are names and figures."""

    text: str
    strong: bool = False


class Times(NamedTuple):
    """A ratio and its interval, which may be unknown."""

    ratio: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence of one scenario."""

    scenario: str
    title: str
    spans: tuple[Span, ...]


def headline(source: Source) -> str:
    """Who is fastest where, in one line."""
    found = {
        shorten(item.title, 80): source.ranking.scenarios[item.id]
        for item in source.record.plan.scenarios
        if item.id in source.ranking.scenarios and contenders(source.ranking.scenarios[item.id])
    }
    if not found:
        return explained(source) or "No application could be ranked yet"
    if len({row.cell for ranking in found.values() for row in contenders(ranking)}) == 1:
        return _of_one(source, found)
    if all(_open(ranking) for ranking in found.values()):
        return "No application is distinguished from the others yet"
    leads = {title: leaders(ranking) for title, ranking in found.items() if not _open(ranking)}
    everywhere = set.intersection(*({row.cell for row in rows} for rows in leads.values()))
    best = [row for row in next(iter(leads.values())) if row.cell in everywhere]
    return _same_winners(source, best, leads, len(found)) if best else _several_winners(source, leads)


def _of_one(source: Source, found: Mapping[str, ScenarioRanking]) -> str:
    """How fast the only one is that a reader could choose."""
    rows = {title: contenders(ranking)[0] for title, ranking in found.items()}
    rates = [
        f"{''.join(span.text for span in _figure(found[title], row))}{f' in {title}' if len(rows) > 1 else ''}"
        for title, row in rows.items()
    ]
    answers_ = "seems to answer" if any(ranking.estimate for ranking in found.values()) else "answers"
    return f"{_label(source, next(iter(rows.values())))} {answers_} {listing(rates)}"


def _open(found: ScenarioRanking) -> bool:
    """Whether the best of several contenders is distinguished from none of them."""
    return 1 < len(contenders(found)) == len(leaders(found))


def answers(source: Source) -> tuple[Answer, ...]:
    """A sentence for each scenario of the plan, in its order."""
    return tuple(
        Answer(scenario.id, shorten(scenario.title, 80), _sentence(source, source.ranking.scenarios.get(scenario.id)))
        for scenario in source.record.plan.scenarios
    )


def contenders(found: ScenarioRanking) -> tuple[RankedCell, ...]:
    """The rows of a scenario that a reader chooses from."""
    return choosable(found.rows)


def choosable(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Those a reader chooses from, of the first league that has any."""
    rows = [row for row in rows if row.tier not in NO_CONTENDERS]
    first = next((league for league in LEAGUES if any(row.league == league for row in rows)), "")
    return tuple(row for row in rows if row.league == first)


def leaders(found: ScenarioRanking) -> tuple[RankedCell, ...]:
    """The best contender and those that are not distinguished from it. Of an estimate, the best alone."""
    rows = contenders(found)
    return tuple(
        row for row in rows if row is rows[0] or (not found.estimate and set(row.tie_groups) & set(rows[0].tie_groups))
    )


def _same_winners(
    source: Source, best: Sequence[RankedCell], leads: dict[str, tuple[RankedCell, ...]], scenarios: int
) -> str:
    """Said of the scenarios in which anything is distinguished; `scenarios` counts them all."""
    where = {1: "here", 2: "in both scenarios"}.get(scenarios, f"in all {scenarios} scenarios")
    if len(leads) < scenarios:
        where = f"in {listing(list(leads))}; in the rest nothing is distinguished"
    if any(found.estimate for found in source.ranking.scenarios.values()):
        return f"{_label(source, best[0])} looks fastest {where}"
    if len(best) > 1:
        return f"{listing(some([_label(source, row) for row in best], 3))} share the lead {where}"
    alone = all(len(rows) == 1 for rows in leads.values())
    return f"{_label(source, best[0])} {'is fastest' if alone else 'leads or shares the lead'} {where}"


def _several_winners(source: Source, leads: dict[str, tuple[RankedCell, ...]]) -> str:
    if len(leads) > SCENARIOS_NAMED:
        return f"No single winner: {_most_often(source, leads)}"
    by_leader: dict[str, list[str]] = {}
    for title, rows in leads.items():
        by_leader.setdefault(listing(some([_label(source, row) for row in rows], 2)), []).append(title)
    return "No single winner: " + "; ".join(f"{name} in {listing(titles)}" for name, titles in by_leader.items())


def _most_often(source: Source, leads: dict[str, tuple[RankedCell, ...]]) -> str:
    """Who leads in the most scenarios, where these are too many to name."""
    led = Counter(_label(source, row) for rows in leads.values() for row in rows)
    most = max(led.values())
    names = [name for name, scenarios in led.items() if scenarios == most]
    verb = "leads or shares the lead" if len(names) == 1 else "each lead or share the lead"
    return f"{listing(some(names, 2))} {verb} in {most} of {len(leads)} scenarios"


def _sentence(source: Source, found: ScenarioRanking | None) -> tuple[Span, ...]:
    rows = contenders(found) if found else ()
    if found is None or not rows:
        if found and found.rows:
            return (Span("Only bare callables have a figure here, and no application."),)
        reasons = {shorten(cell.reason, 200) for cell in found.unranked} if found else set()
        cause = f": {reasons.pop()}" if len(reasons) == 1 else ", for the causes given below"
        return (Span(f"Nothing can be said{cause}."),)
    first = leaders(found)
    distances = _distances(source, found, rows, first)
    has, answers_ = (" seems to have", " seems to answer ") if found.estimate else (" has", " answers ")
    return (
        Span(_label(source, first[0]), strong=True),
        *((Span(has), *distances, Span("; in this run ")) if distances else (Span(answers_),)),
        *_figure(found, first[0]),
        Span("." if distances else " in this run."),
        *_as_good(source, found, first),
    )


def _as_good(source: Source, found: ScenarioRanking, first: Sequence[RankedCell]) -> tuple[Span, ...]:
    """Who is not distinguished from the best. Nothing is said of how these stand to each other: ties do not chain."""
    best, *others = first
    if not others:
        return ()
    is_, near = "is" if len(others) == 1 else "are", _how_near(source, found, best, others)
    return (Span(" "), *_named(some([_label(source, row) for row in others], NAMED)), Span(f" {is_} {near} it."))


def _named(names: Sequence[str]) -> tuple[Span, ...]:
    """The names as a list of strong pieces."""
    joints = ["", *[", "] * (len(names) - 2), " and "][: len(names)]
    return tuple(
        span for joint, name in zip(joints, names, strict=True) for span in (Span(joint), Span(name, strong=True))
    )


def _figure(found: ScenarioRanking, row: RankedCell) -> tuple[Span, ...]:
    if row.p99_s is not None:
        return (Span("99 of 100 requests within "), Span(f"{number(1000 * row.p99_s)} ms", strong=True))
    return (Span(number(row.rps), strong=True), Span(f" {per_second(found.unit)}{_bounds(row.rps_low, row.rps_high)}"))


def _bounds(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({number(low)}–{number(high)})"


def _distances(
    source: Source, found: ScenarioRanking, rows: Sequence[RankedCell], first: Sequence[RankedCell]
) -> tuple[Span, ...]:
    """The distance to the reference, and to the slowest contender."""
    best, last = rows[0], rows[-1]
    spans: list[Span] = []
    if best.ratio is not None and best.cell != source.ranking.reference:
        spans += [
            *_times(Times(best.ratio, best.ratio_low, best.ratio_high)),
            Span(f" the speed of {source.reference.label}"),
        ]
    if last not in first and last.speed > 0:
        its = "that" if spans else "the speed"
        spans += [Span(" and") if spans else Span(""), *_times(_against(source, found, best, last))]
        spans += [Span(f" {its} of {_label(source, last)}{_among_the_slowest(source, found, rows)}")]
    return tuple(spans)


def _among_the_slowest(source: Source, found: ScenarioRanking, rows: Sequence[RankedCell]) -> str:
    """What stands behind the name of the last: the slowest is only one that was called worse than all others."""
    *others, last = rows
    if found.estimate:
        return ", the last one seen"
    beside = [row for row in others if set(row.tie_groups) & set(last.tie_groups)]
    if not beside:
        return ", the slowest"
    names = listing(some([_label(source, row) for row in beside], NAMED))
    return f" (which is {_how_near(source, found, last, beside)} {names})"


def _how_near(source: Source, found: ScenarioRanking, one: RankedCell, others: Sequence[RankedCell]) -> str:
    """An undecided pair is no tie: more blocks may order the two."""
    pairs = [source.pair(found.scenario, one.cell, row.cell) for row in others]
    tied = all(pair is not None and pair.verdict == "tied" for pair in pairs)
    return "tied with" if tied else "not distinguished from"


def _against(source: Source, found: ScenarioRanking, best: RankedCell, last: RankedCell) -> Times:
    pair = source.pair(found.scenario, best.cell, last.cell)
    if pair is None or pair.first != best.cell:
        return Times(best.speed / last.speed, None, None)
    return Times(pair.ratio, pair.low, pair.high)


def _times(ratio: Times) -> tuple[Span, ...]:
    bounded = ratio.low is not None and ratio.high is not None
    bounds = f" ({times_between(ratio.low or 0, ratio.high or 0)})" if bounded else ""
    return (Span(" "), Span(times(ratio.ratio), strong=True), Span(bounds))


def _label(source: Source, row: RankedCell) -> str:
    return source.name(row.cell, row.app, row.server).label
