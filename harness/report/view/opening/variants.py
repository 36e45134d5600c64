"""The first section of a campaign that compares two variants of one application."""

from dataclasses import dataclass

from harness.model.asked.diff import Diff
from harness.report.text import shorten
from harness.report.view.opening.answer import Answer, Span
from harness.report.view.source import Source
from harness.report.view.variants import (
    Difference,
    between,
    block_s,
    changed,
    headline,
    longer,
    packages_that_differ,
    sentences,
    titled,
    value,
    verdict,
)


@dataclass(frozen=True, slots=True)
class SideShown:
    """A side: its letter, its name, and what its words were taken for."""

    letter: str
    name: str
    understood: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric of both sides, all formatted; `verdict` is of B beside A, `more` what would decide it."""

    metric: str
    a: str
    b: str
    change: str
    between: str
    verdict: str
    more: str


@dataclass(frozen=True, slots=True)
class VariantTable:
    """One scenario."""

    id: str
    title: str
    load: str
    rows: tuple[MetricRow, ...]


@dataclass(frozen=True, slots=True)
class VariantsSection:
    """What the two variants are, and what differs between them. `confidence`: of all intervals together, in percent."""

    application: str
    headline: str
    same: bool
    sides: tuple[SideShown, ...]
    tables: tuple[VariantTable, ...]
    packages: tuple[Difference, ...]
    confidence: str
    delta: str


def variants_section(source: Source) -> VariantsSection | None:
    """None where the campaign compares no variants."""
    diff, found = source.record.diff, source.variants
    if diff is None or found is None:
        return None
    block = block_s(source.record)
    return VariantsSection(
        application=shorten(diff.title, 80),
        headline=headline(diff, found),
        same=diff.same,
        sides=_sides(diff),
        tables=tuple(
            VariantTable(
                id=scenario.scenario,
                title=shorten(scenario.title, 80),
                load=scenario.level.label,
                rows=tuple(
                    MetricRow(
                        titled(change),
                        value(change.metric, change.a),
                        value(change.metric, change.b),
                        changed(change),
                        between(change),
                        verdict(change),
                        longer(change, block),
                    )
                    for change in scenario.metrics
                ),
            )
            for scenario in found.scenarios
        ),
        packages=packages_that_differ(source.record),
        confidence=f"{found.confidence:.0%}",
        delta=f"{100 * found.delta:.3g} %",
    )


def _sides(diff: Diff) -> tuple[SideShown, ...]:
    return tuple(
        SideShown(letter, shorten(side.name, 80), tuple(shorten(line, 200) for line in side.understood))
        for letter, side in (("A", diff.a), ("B", diff.b))
    )


def variant_answers(source: Source) -> tuple[Answer, ...]:
    """For each scenario, B against A in every metric."""
    found = source.variants
    block = block_s(source.record)
    return tuple(
        Answer(one.scenario, shorten(one.title, 80), (Span("; ".join(sentences(one, block)) + "."),))
        for one in (found.scenarios if found else ())
    )
