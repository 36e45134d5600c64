"""What changed between two campaigns, as it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.model.asked.counting import Unit
from harness.model.found.comparison import CellChange, Change, Comparison, Difference, ScenarioComparison
from harness.model.measured.campaign import CampaignRecord
from harness.report.charts.changes import Shift, changes
from harness.report.charts.drawing.figure import Chart
from harness.report.text import Figure, absent, count, moment, percent, rate, shorten
from harness.report.view.names import Name, name_of, names
from harness.report.view.remarks import Remark, remark
from harness.report.view.sections.facts import Fact
from harness.report.view.tables.table import load

ONE_BLOCK = "it takes two blocks in each campaign"


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell in both campaigns; `value`s are ratios, later over earlier, their texts changes in percent."""

    name: Name
    before: Figure
    after: Figure
    change: Figure
    interval: Figure
    own: Figure
    own_interval: Figure
    verdict: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A cell that cannot be compared, and why."""

    name: Name
    reason: str
    lost: bool


@dataclass(frozen=True, slots=True)
class Section:
    """One scenario."""

    id: str
    title: str
    load: str
    unit: Unit
    floor: str
    void: bool
    rows: tuple[Changed, ...]
    missing: tuple[Lacking, ...]
    chart: Chart | None


@dataclass(frozen=True, slots=True)
class ComparisonPage:
    """What the template shows."""

    headline: str
    before: str
    after: str
    facts: tuple[Fact, ...]
    sentences: tuple[str, ...]
    sections: tuple[Section, ...]
    differences: tuple[Difference, ...]
    remarks: tuple[Remark, ...]
    delta: str
    confidence: str
    reference: str


def comparison_page(comparison: Comparison, later: CampaignRecord) -> ComparisonPage:
    """Everything a reader sees; names are those of the later campaign."""
    known = names(later)
    return ComparisonPage(
        headline=_headline(comparison, known),
        before=shorten(comparison.before, 80),
        after=shorten(comparison.after, 80),
        facts=_facts(comparison, known),
        sentences=tuple(_sentences(comparison, known)),
        sections=tuple(_section(comparison, scenario, known) for scenario in comparison.scenarios),
        differences=tuple(_short(difference) for difference in comparison.differences),
        remarks=tuple(remark(notice) for notice in comparison.notices),
        delta=percent(comparison.delta),
        confidence=f"{comparison.confidence:.0%}",
        reference=name_of(known, comparison.reference).label,
    )


def signed(ratio: float) -> str:
    """A ratio as a change in percent, with a true minus sign."""
    return f"{100 * (ratio - 1):+.1f} %".replace("-", "\u2212")


def _headline(comparison: Comparison, known: dict[str, Name]) -> str:
    """Of one cell by name, of several by number."""
    lost = sum(cell.lost for scenario in comparison.scenarios for cell in scenario.missing)
    changed = (("got worse", comparison.verdicts("worse")), ("got better", comparison.verdicts("better")))
    parts = [_said([row for _, row in rows], what, known) for what, rows in changed if rows]
    parts += [f"{count(lost, 'figure')} lost"] if lost else []
    if parts:
        return "; ".join(parts)
    return "Nothing changed" if not comparison.verdicts("unresolved") else "No change is distinguished from none"


def _said(rows: Sequence[CellChange], what: str, known: dict[str, Name]) -> str:
    cells = {row.cell for row in rows}
    where = "" if len(rows) == 1 else f" in {len(rows)} scenarios"
    if len(cells) == 1:
        return f"{name_of(known, rows[0].cell, rows[0].app, rows[0].server).label} {what}{where}"
    return f"{count(len(cells), 'configuration')} {what}"


def _facts(comparison: Comparison, known: dict[str, Name]) -> tuple[Fact, ...]:
    words = ("worse", "better", "tied", "unresolved")
    return (
        Fact("Before", shorten(comparison.before, 80), moment(comparison.before_at)),
        Fact("After", shorten(comparison.after, 80), moment(comparison.after_at)),
        *(Fact(word.capitalize(), f"{len(comparison.verdicts(word)):,}") for word in words),  # type: ignore[arg-type]
        Fact("Reference", name_of(known, comparison.reference).label, "changes are relative to it"),
        Fact("Difference that matters", percent(comparison.delta)),
    )


def _sentences(comparison: Comparison, known: dict[str, Name]) -> list[str]:
    titles = {scenario.scenario: shorten(scenario.title, 80) for scenario in comparison.scenarios}
    return [
        f"{name_of(known, row.cell, row.app, row.server).label} got {verdict} in {titles[scenario]}: "
        f"{signed(row.relative.ratio)} ({_bounds(row.relative)})."
        for verdict in ("worse", "better")
        for scenario, row in comparison.verdicts(verdict)
        if row.relative
    ]


def _section(comparison: Comparison, scenario: ScenarioComparison, known: dict[str, Name]) -> Section:
    title = shorten(scenario.title, 80)
    shifts = [
        Shift(
            name_of(known, row.cell).label, row.relative.ratio, row.relative.low, row.relative.high, row.verdict or ""
        )
        for row in scenario.rows
        if row.relative
    ]
    return Section(
        id=scenario.scenario,
        title=title,
        load=load(scenario.level),
        unit=scenario.unit,
        floor="" if scenario.floor is None else percent(scenario.floor),
        void=scenario.void,
        rows=tuple(_changed(row, known) for row in scenario.rows),
        missing=tuple(
            Lacking(name_of(known, cell.cell, cell.app, cell.server), shorten(cell.reason, 600), cell.lost)
            for cell in scenario.missing
        ),
        chart=changes(scenario.scenario, title, shifts, comparison.delta),
    )


def _changed(row: CellChange, known: dict[str, Name]) -> Changed:
    reference = absent("it is the reference")
    return Changed(
        name=name_of(known, row.cell, row.app, row.server),
        before=rate(row.rps_before),
        after=rate(row.rps_after),
        change=reference if row.relative is None else Figure(signed(row.relative.ratio), row.relative.ratio),
        interval=reference if row.relative is None else _interval(row.relative),
        own=Figure(signed(row.absolute.ratio), row.absolute.ratio),
        own_interval=_interval(row.absolute),
        verdict=row.verdict or "",
    )


def _interval(change: Change) -> Figure:
    if change.low is None or change.high is None:
        return absent(ONE_BLOCK)
    return Figure(_bounds(change), change.high - change.low)


def _bounds(change: Change) -> str:
    if change.low is None or change.high is None:
        return "n/a"
    return f"{signed(change.low)} to {signed(change.high)}"


def _short(difference: Difference) -> Difference:
    """Short enough to be read."""
    return Difference(
        field=shorten(difference.field, 120),
        before=shorten(difference.before, 120),
        after=shorten(difference.after, 120),
        machine=difference.machine,
    )
