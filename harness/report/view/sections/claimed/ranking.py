"""A claim put to the test, as the page shows it."""

import shlex
from dataclasses import dataclass

from harness.model.asked.claim import ClaimedCell, ClaimedPair, ClaimFinding, PublishedFigures, TierFinding
from harness.model.asked.counting import Unit
from harness.model.foreign import clean
from harness.report.text import Figure, absent, between, number, shorten
from harness.report.view.names import Name
from harness.report.view.sections.claimed.ranking_words import (
    SAID,
    TIER_TITLES,
    interval_of,
    pair_title,
    published_ratio,
    ratio_of,
    reason_of,
    why,
)
from harness.report.view.source import Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """The word, and the class it is coloured by."""

    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two subjects: the ratio here with its interval, and in each published run without one. `cells`: their ids where
    both have a figure, with a blank between them."""

    title: str
    cells: str
    verdict: Verdict
    ratio: str
    interval: str
    reason: str
    published: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject: its figures here, and in each published run."""

    title: str
    name: Name | None
    reason: str
    rps: Figure
    interval: Figure
    cpu: Figure
    framework: Figure
    published: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a claim; `why` are sentences. `measured`: whether anything of it was."""

    id: str
    title: str
    verdict: Verdict
    pairs: tuple[PairRow, ...]
    subjects: tuple[SubjectRow, ...]
    why: tuple[str, ...]
    measured: bool


@dataclass(frozen=True, slots=True)
class Run:
    """Somebody else's figures, and what was different there."""

    title: str
    source: str
    differed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """A claim in one scenario."""

    id: str
    scenario: str
    unit: Unit
    verdict: Verdict
    tiers: tuple[Tier, ...]
    runs: tuple[Run, ...]
    command: str


@dataclass(frozen=True, slots=True)
class ClaimSection:
    """A claim, and every scenario it was put to the test in."""

    title: str
    about: str
    tested: tuple[Tested, ...]


def claim_section(source: Source) -> ClaimSection | None:
    """None where nothing of the claim was measured."""
    if not source.claims:
        return None
    first = source.claims[0]
    tested = tuple(_tested(source, finding) for finding in source.claims)
    return ClaimSection(shorten(first.title, 200), shorten(first.about, 800), tested)


def _tested(source: Source, finding: ClaimFinding) -> Tested:
    titles = {scenario.id: shorten(scenario.title, 80) for scenario in source.record.plan.scenarios}
    return Tested(
        id=finding.scenario,
        scenario=titles.get(finding.scenario, finding.scenario),
        unit=finding.unit,
        verdict=verdict(finding.verdict),
        tiers=tuple(_tier(source, tier, finding.published) for tier in finding.tiers),
        runs=tuple(Run(run.title, run.source, run.differed) for run in finding.published),
        command=clean(shlex.join(finding.command)),
    )


def verdict(said: str) -> Verdict:
    tones = {"holds": "good", "does-not-hold": "bad"}
    return Verdict(SAID[said], tones.get(said, ""))  # type: ignore[index]


def _tier(source: Source, tier: TierFinding, runs: tuple[PublishedFigures, ...]) -> Tier:
    return Tier(
        id=tier.tier,
        title=TIER_TITLES[tier.tier],
        verdict=verdict(tier.verdict),
        pairs=tuple(_pair(tier, pair, runs) for pair in tier.pairs),
        subjects=tuple(_subject(source, cell, runs) for cell in tier.cells),
        why=why(tier),
        measured=any(pair.ratio is not None for pair in tier.pairs),
    )


def _pair(tier: TierFinding, pair: ClaimedPair, runs: tuple[PublishedFigures, ...]) -> PairRow:
    cells = {cell.subject: cell.cell for cell in tier.cells}
    sides = (cells.get(pair.first), cells.get(pair.second))
    return PairRow(
        title=pair_title(tier, pair),
        cells=" ".join(side for side in sides if side) if all(sides) else "",
        verdict=verdict(pair.verdict),
        ratio=ratio_of(pair),
        interval=interval_of(pair),
        reason=reason_of(pair.reason),
        published=tuple(published_ratio(run, pair) for run in runs),
    )


def _subject(source: Source, cell: ClaimedCell, runs: tuple[PublishedFigures, ...]) -> SubjectRow:
    reason = reason_of(cell.reason)
    return SubjectRow(
        title=cell.title,
        name=source.name(cell.cell) if cell.cell else None,
        reason=reason,
        rps=absent(reason) if cell.rps is None else Figure(number(cell.rps), cell.rps),
        interval=between(cell.rps_low, cell.rps_high, "too few blocks"),
        cpu=_microseconds(cell.server_cpu_us, "the system did not report it"),
        framework=_microseconds(cell.framework_us, "no bare callable on its server"),
        published=tuple(number(run.rps[cell.subject]) for run in runs),
    )


def _microseconds(value: float | None, why_not: str) -> Figure:
    return absent(why_not) if value is None else Figure(f"{number(value)} µs", value)
