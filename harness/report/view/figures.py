"""Every chart that a campaign's data allow, and why the others are missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.analysis.latency.percentiles import MIN_BEYOND
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import ScenarioRanking
from harness.report.charts.agreement import agreement
from harness.report.charts.cost import cost
from harness.report.charts.cpu import cpu
from harness.report.charts.drawing.figure import Chart
from harness.report.charts.levels import levels
from harness.report.charts.memory import memory
from harness.report.charts.percentiles import at_a_fixed_rate, under_full_load
from harness.report.charts.settings import over_setting
from harness.report.charts.slopes import slopes
from harness.report.charts.split import split
from harness.report.charts.trace import trace
from harness.report.text import count, per_second, shorten
from harness.report.view import curves
from harness.report.view.sections.settings.curves import TITLES
from harness.report.view.source import Source
from harness.report.view.tables.table import load


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """A chart for which there is no data, and why."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class Figures:
    """The charts of one scenario. `conditions`: those that say how far the others can be trusted."""

    drawn: tuple[Chart, ...]
    conditions: tuple[Chart, ...]
    missing: tuple[NotDrawn, ...]


def figures(source: Source, scenario: ScenarioManifest) -> Figures:
    """The scenario's charts, in the order they are read."""
    found = source.ranking.scenarios.get(scenario.id)
    ranked = found if found and found.rows else None
    every = tuple(_of_answers(source, scenario, ranked)) if ranked else ()
    conditions = tuple(_of_conditions(source, scenario, ranked)) if ranked else ()
    return Figures(
        drawn=tuple(chart for chart in every if isinstance(chart, Chart)),
        conditions=tuple(chart for chart in conditions if isinstance(chart, Chart)),
        missing=tuple(chart for chart in (*every, *conditions) if isinstance(chart, NotDrawn)),
    )


def _of_conditions(source: Source, scenario: ScenarioManifest, found: ScenarioRanking) -> Iterator[Chart | NotDrawn]:
    title = shorten(scenario.title, 60)
    yield agreement(scenario.id, title, curves.agreements(source, found), source.reference.label) or NotDrawn(
        "how well the blocks agree", "it takes two blocks, and the reference in them"
    )
    yield trace(scenario.id, title, source.trials_ranked(scenario)) or NotDrawn(
        "speed of the machine", "it takes two rotations"
    )


def _of_answers(source: Source, scenario: ScenarioManifest, found: ScenarioRanking) -> Iterator[Chart | NotDrawn]:
    title, rate = shorten(scenario.title, 60), per_second(scenario.rank.unit)
    for setting, words in TITLES.items():
        found_over, beside = curves.over_setting(source, scenario.id, setting)
        if drawn := over_setting(f"{setting}-{scenario.id}", title, found_over, beside, of=words, rate=rate):
            yield drawn
    yield cost(scenario.id, title, curves.framework_costs(source, scenario)) or NotDrawn(
        "cost of the framework", "no application was measured on the same server as a bare callable"
    )
    profiled = split(scenario.id, title, curves.splits(source, scenario))
    if profiled:
        yield profiled
    elif "database" in scenario.needs:
        yield cpu(scenario.id, title, curves.cpu_parts(source, scenario)) or NotDrawn(
            "CPU time per request, by part", "the system did not report the CPU of server and database"
        )
    yield _over_the_levels(source, scenario, title, rate)
    if rows := source.latency.get(scenario.id):
        yield at_a_fixed_rate(scenario.id, title, curves.offered(source, scenario), f"{rows[0].share:.0%}") or NotDrawn(
            "response time at a fixed rate",
            f"no configuration has two percentiles with {MIN_BEYOND} requests beyond them",
        )
    latencies = curves.latencies(source, scenario)
    yield under_full_load(scenario.id, title, latencies.lines, load(scenario.rank.at)) or NotDrawn(
        "response time under full load", _why_no_times(latencies)
    )
    yield memory(scenario.id, title, curves.memories(source, scenario, found), rate) or NotDrawn(
        f"{rate} against memory", "the system did not report the memory of two configurations"
    )


def _over_the_levels(source: Source, scenario: ScenarioManifest, title: str, rate: str) -> Chart | NotDrawn:
    if scenario.rank.by == "slope":
        per = scenario.rank.per
        return slopes(scenario.id, title, curves.slopes(source, scenario), per) or NotDrawn(
            f"microseconds per request against the number of {per}s", "no configuration has a figure of every level"
        )
    of = curves.of(scenario)
    return levels(scenario.id, title, curves.throughputs(source, scenario), of, rate) or NotDrawn(
        f"{rate} against {of}", "only one level was driven"
    )


def _why_no_times(latencies: curves.Latencies) -> str:
    if latencies.unreadable:
        return f"{count(latencies.unreadable, 'histogram')} could not be read"
    return "too few answers were timed for two percentiles"
