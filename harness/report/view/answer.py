"""The answer in sentences, made from the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from harness.model.ranking import RankedCell, ScenarioRanking
from harness.report.text import listing, number, shorten, times, times_between
from harness.report.view.source import Source
from harness.report.view.table import LEAGUES


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
        return "No application could be ranked yet"
    if all(_open(ranking) for ranking in found.values()):
        return "No application is told apart from the others yet"
    leads = {title: leaders(ranking) for title, ranking in found.items() if not _open(ranking)}
    everywhere = set.intersection(*({row.cell for row in rows} for rows in leads.values()))
    best = [row for row in next(iter(leads.values())) if row.cell in everywhere]
    return _same_winners(source, best, leads, len(found)) if best else _several_winners(source, leads)


def _open(found: ScenarioRanking) -> bool:
    """Whether the best of several contenders is told apart from none of them."""
    return 1 < len(contenders(found)) == len(leaders(found))


def answers(source: Source) -> tuple[Answer, ...]:
    """A sentence for each scenario of the plan, in its order."""
    return tuple(
        Answer(scenario.id, shorten(scenario.title, 80), _sentence(source, source.ranking.scenarios.get(scenario.id)))
        for scenario in source.record.plan.scenarios
    )


def contenders(found: ScenarioRanking) -> tuple[RankedCell, ...]:
    """The rows a reader chooses from, of the first league that has any: bare callables are a yardstick, references are
    there for orientation."""
    rows = [row for row in found.rows if row.tier not in ("floor", "reference")]
    first = next((league for league in LEAGUES if any(row.league == league for row in rows)), "")
    return tuple(row for row in rows if row.league == first)


def leaders(found: ScenarioRanking) -> tuple[RankedCell, ...]:
    """The best contender and those that are not told apart from it. Of an estimate, the best alone."""
    rows = contenders(found)
    return tuple(row for row in rows if row is rows[0] or (not found.estimate and set(row.group) & set(rows[0].group)))


def _same_winners(
    source: Source, best: Sequence[RankedCell], leads: dict[str, tuple[RankedCell, ...]], scenarios: int
) -> str:
    """Said of the scenarios in which anything is told apart; `scenarios` counts them all."""
    where = "here" if scenarios == 1 else f"in all {scenarios} scenarios"
    if len(leads) < scenarios:
        where = f"in {listing(list(leads))}; in the rest nothing is told apart"
    if any(found.estimate for found in source.ranking.scenarios.values()):
        return f"{_label(source, best[0])} looks fastest {where}"
    if len(best) > 1:
        return f"{listing([_label(source, row) for row in best[:3]])} share the lead {where}"
    alone = all(len(rows) == 1 for rows in leads.values())
    return f"{_label(source, best[0])} {'is fastest' if alone else 'leads or shares the lead'} {where}"


def _several_winners(source: Source, leads: dict[str, tuple[RankedCell, ...]]) -> str:
    by_leader: dict[str, list[str]] = {}
    for title, rows in leads.items():
        by_leader.setdefault(listing([_label(source, row) for row in rows[:3]]), []).append(title)
    return "No single winner: " + "; ".join(f"{name} in {listing(titles)}" for name, titles in by_leader.items())


def _sentence(source: Source, found: ScenarioRanking | None) -> tuple[Span, ...]:
    rows = contenders(found) if found else ()
    if found is None or not rows:
        if found and found.rows:
            return (Span("Only bare callables have a figure here, and no application."),)
        reasons = {shorten(cell.reason, 200) for cell in found.unranked} if found else set()
        cause = f": {reasons.pop()}" if len(reasons) == 1 else ", for the causes given below"
        return (Span(f"Nothing can be said{cause}."),)
    first = leaders(found)
    spans = _alone(source, first[0], found) if len(first) == 1 else _together(source, first, found)
    return (*spans, *_yardsticks(source, found, rows, first), Span("."))


def _alone(source: Source, best: RankedCell, found: ScenarioRanking) -> tuple[Span, ...]:
    verb = " seems to answer " if found.estimate else " answers "
    return (Span(_label(source, best), strong=True), Span(verb), *_requests(best))


def _together(source: Source, first: Sequence[RankedCell], found: ScenarioRanking) -> tuple[Span, ...]:
    pairs = [source.pair(found.scenario, first[0].cell, row.cell) for row in first[1:]]
    tied = all(pair is not None and pair.verdict == "tied" for pair in pairs)
    says = " are tied" if tied else " are not told apart"
    names = [_label(source, row) for row in first]
    spans: list[Span] = []
    for index, name in enumerate(names):
        joint = "" if index == 0 else " and " if index == len(names) - 1 else ", "
        spans += [Span(joint), Span(name, strong=True)]
    return (*spans, Span(f"{says} at "), *_requests(first[0]))


def _requests(row: RankedCell) -> tuple[Span, ...]:
    return (Span(number(row.rps), strong=True), Span(f" requests a second{_bounds(row.rps_low, row.rps_high)}"))


def _bounds(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f" ({number(low)}–{number(high)})"


def _yardsticks(
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
    if last not in first and last.rps > 0:
        spans += [Span(" and") if spans else Span(""), *_times(_against(source, found, best, last))]
        spans += [Span(f" that of {_label(source, last)}, the slowest")]
    return (Span(","), *spans) if spans else ()


def _against(source: Source, found: ScenarioRanking, best: RankedCell, last: RankedCell) -> Times:
    pair = source.pair(found.scenario, best.cell, last.cell)
    if pair is None or pair.first != best.cell:
        return Times(best.rps / last.rps, None, None)
    return Times(pair.ratio, pair.low, pair.high)


def _times(ratio: Times) -> tuple[Span, ...]:
    told = ratio.low is not None and ratio.high is not None
    bounds = f" ({times_between(ratio.low or 0, ratio.high or 0)})" if told else ""
    return (Span(" "), Span(times(ratio.ratio), strong=True), Span(bounds))


def _label(source: Source, row: RankedCell) -> str:
    return source.name(row.cell, row.app, row.server).label
