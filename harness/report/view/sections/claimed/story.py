"""A story of statements put to the test, as the page shows it."""

import shlex
from dataclasses import dataclass

from harness.model.foreign import clean
from harness.model.found.statements import FoundPart, RequirementPart, StatementFinding
from harness.report.text import shorten
from harness.report.view.sections.claimed.ranking import Verdict
from harness.report.view.sections.claimed.story_words import SAID, sentence
from harness.report.view.source import Source

TONES = {"holds": "good", "does-not-hold": "bad", "held-then": "bad"}


@dataclass(frozen=True, slots=True)
class Link:
    """Where figures are: an element of the page, and its title."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement, its verdict, and the sentence that speaks for it."""

    id: str
    title: str
    said: str
    verdict: Verdict
    evidence: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class StorySection:
    """All statements of a story. `commands`: what would answer what is missing."""

    title: str
    about: str
    source: str
    rows: tuple[StatementRow, ...]
    commands: tuple[str, ...]


def story_section(source: Source) -> StorySection | None:
    """None where no statement is answered by a measurement: what distributions require is known of every campaign."""
    found = source.story
    if found is None or not any(map(is_answered, found.statements)):
        return None
    return StorySection(
        title=shorten(found.title, 200),
        about=shorten(found.about, 800),
        source=shorten(found.source, 400),
        rows=tuple(_row(source, one) for one in found.statements),
        commands=tuple(clean(shlex.join(command)) for command in found.commands),
    )


def is_answered(statement: StatementFinding) -> bool:
    """Whether a measurement answers it: one decided part of an open statement does not."""
    return statement.verdict != "cannot-tell" and any(map(_measured, statement.parts))


def _measured(part: FoundPart) -> bool:
    return part.verdict != "cannot-tell" and not isinstance(part, RequirementPart)


def _row(source: Source, found: StatementFinding) -> StatementRow:
    return StatementRow(
        id=found.id,
        title=found.title,
        said=found.said,
        verdict=Verdict(SAID[found.verdict], TONES.get(found.verdict, "")),
        evidence=sentence(found, lambda cell: source.name(cell).label, source.title),
        links=tuple(_links(source, found)),
    )


def _links(source: Source, found: StatementFinding) -> tuple[Link, ...]:
    """The scenarios that figures of the statement are from, as far as the page has them."""
    titles = {one.id: shorten(one.title, 80) for one in source.record.plan.scenarios}
    named = dict.fromkeys(part.scenario for part in found.parts if part.scenario in source.ranking.scenarios)
    return tuple(Link(name, titles[name]) for name in named if name in titles)
