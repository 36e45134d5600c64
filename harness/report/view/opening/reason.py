"""Why the fastest is faster than the slowest, in a sentence."""

from collections.abc import Sequence

from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import Effect, RankedCell
from harness.report.text import number, shorten, times
from harness.report.view.opening.answer import contenders
from harness.report.view.sections.explanations import brought, undecided
from harness.report.view.source import Source


def reason(source: Source) -> str:
    """From profiles where there are any, else from what framework and server cost; empty where neither is known."""
    scenarios = [(one, rows) for one in source.record.plan.scenarios if len(rows := _rows(source, one)) > 1]
    by_effects = (_by_effects(source, scenario, rows) for scenario, rows in scenarios)
    return _by_profiles(source, scenarios) or next((said for said in by_effects if said), "")


def _rows(source: Source, scenario: ScenarioManifest) -> Sequence[RankedCell]:
    found = source.ranking.scenarios.get(scenario.id)
    return contenders(found) if found and not found.estimate else ()


def _by_profiles(source: Source, scenarios: Sequence[tuple[ScenarioManifest, Sequence[RankedCell]]]) -> str:
    """Of the pair that is furthest apart in any scenario: what each part brings to the ratio of their CPU time. Pairs
    of an explanation on a page have the costlier one first."""
    pairs = [
        (scenario, pair)
        for scenario, rows in scenarios
        if (found := source.explanations.get(scenario.id)) is not None
        for pair in found.differences
        if {pair.first, pair.second} <= {row.cell for row in rows} and not undecided(pair.total) and pair.ratio > 1
    ]
    if not pairs:
        return ""
    scenario, pair = max(pairs, key=lambda one: one[1].ratio)
    first, second = source.name(pair.first).label, source.name(pair.second).label
    parts = brought(pair.factors)
    why = f": {parts}" if parts else "; no part stands out"
    return f"{first} takes {times(pair.ratio)} the CPU time of {second} on {shorten(scenario.title, 80)}{why}."


def _by_effects(source: Source, scenario: ScenarioManifest, rows: Sequence[RankedCell]) -> str:
    """What the server and the framework take of a request's time, in the fastest and in the slowest. Nothing where
    several numbers of workers were measured: the time of one worker is no reason then."""
    if len(source.record.plan.workers) > 1:
        return ""
    effects = {
        effect.cell: effect
        for effect in source.ranking.effects
        if effect.kind == "framework" and effect.scenario == scenario.id
    }
    sides = [effects[row.cell] for row in (rows[0], rows[-1]) if row.cell in effects]
    if len(sides) < 2:
        return ""
    fast, slow = sides
    without = f"{_takes(source, fast)} per request without a framework, and {_adds(source, fast)}"
    return f"{shorten(scenario.title, 80)}: {without}; {_takes(source, slow)}, and {_adds(source, slow)}."


def _takes(source: Source, effect: Effect) -> str:
    base = source.name(effect.base)
    return f"{base.server} {base.suffix}".rstrip() + f" takes {number(effect.base_microseconds)} µs"


def _adds(source: Source, effect: Effect) -> str:
    how_much = f"{number(effect.microseconds)} µs" if effect.microseconds > 0 else "nothing that is seen"
    return f"{source.name(effect.cell).title} adds {how_much}"
