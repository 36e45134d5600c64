"""Claims, each a TOML file: a ranking or a story's statements, the project's own and any a person names."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from harness.catalog.document import Document, all_faults, read
from harness.catalog.fault import ManifestFault, nearest, refuse
from harness.model.asked.claim import Claim
from harness.model.asked.statement import RankingAsked, Story
from harness.model.found.capabilities import TITLES
from harness.model.record import Record

SUFFIX: Final = ".toml"
SHIPPED: Final = {path.stem: path for path in sorted(Path(__file__).with_name("claims").glob(f"*{SUFFIX}"))}
"""The project's own claims, by name."""

RANKING: Final = SHIPPED["techempower-round-19"]
"""The ranking that reports put to the test, and `harness claim` where none is named."""

STORY: Final = SHIPPED["story"]
"""The statements that reports put to the test."""

STATEMENTS: Final = "statements"
"""The key by which a story is known from a ranking."""

DESCRIBED_IN: Final = "docs/claims.md"
TIERS: Final = ("controlled", "idiomatic")


def read_any(path: Path) -> Claim | Story:
    """The ranking or the story in a file. Raises UsageError with all its faults at once."""
    return read_story(path) if STATEMENTS in read(path, Record).raw else read_claim(path)


def read_claim(path: Path) -> Claim:
    """The ranking in a file. Raises UsageError with all its faults at once."""
    document = read(path, Claim)
    refuse(all_faults(document, list(_faults(document)) if document.raw else []), DESCRIBED_IN, of="the claim")
    assert document.record is not None, "a document without a record has a fault"
    return document.record


def read_story(path: Path) -> Story:
    """The statements in a file. Raises UsageError with all its faults at once."""
    document = read(path, Story)
    refuse(all_faults(document, list(_story_faults(document))), DESCRIBED_IN, of="the claim")
    assert document.record is not None, "a document without a record has a fault"
    return document.record


@cache
def shipped_ranking(name: str = RANKING.stem) -> Claim:
    """One of the project's own rankings, by its id."""
    return read_claim(SHIPPED[name])


@cache
def shipped_story() -> Story:
    """The project's own story."""
    return read_story(STORY)


def rankings_of(story: Story) -> Mapping[str, Claim]:
    """The shipped rankings that the statements name, by id."""
    named = {asked.claim for one in story.statements for asked in one.evidence if isinstance(asked, RankingAsked)}
    return {name: shipped_ranking(name) for name in sorted(named)}


def _story_faults(document: Document[Story]) -> Iterator[ManifestFault]:
    """What the model cannot see: names that must agree."""
    listed = document.raw.get(STATEMENTS)
    statements = [one if isinstance(one, dict) else {} for one in listed] if isinstance(listed, list) else []
    ids = [one.get("id") for one in statements]
    for number, id_ in enumerate(ids):
        if isinstance(id_, str) and id_ in ids[:number]:
            yield document.fault(f"statements.{number}.id", f'"{id_}" is there twice', "give each an id of its own")
    rankings = [name for name, path in SHIPPED.items() if path != STORY]
    for number, one in enumerate(statements):
        evidence = one.get("evidence")
        for place, asked in enumerate(evidence if isinstance(evidence, list) else []):
            for key, known in (("claim", rankings), ("probe", list(TITLES))):
                name = asked.get(key) if isinstance(asked, dict) else None
                if isinstance(name, str) and name not in known:
                    where = f"statements.{number}.evidence.{place}.{key}"
                    yield document.fault(where, f'"{name}" is not known', nearest(name, known))


def _faults(document: Document[Claim]) -> Iterator[ManifestFault]:
    """What the model cannot see: names that must agree."""
    listed = document.raw.get("subjects")
    subjects = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    ids = [one["id"] for one in subjects if isinstance(one.get("id"), str)]
    for id_ in {id_ for id_ in ids if ids.count(id_) > 1}:
        yield document.fault("subjects", f'"{id_}" is there twice', "give each subject an id of its own")
    yield from _tier_faults(document, subjects)
    runs = document.raw.get("published")
    for number, run in enumerate(runs if isinstance(runs, list) else []):
        rps = run.get("rps") if isinstance(run, dict) else None
        for scenario, figures in rps.items() if isinstance(rps, dict) else ():
            if isinstance(figures, dict):
                yield from _figure_faults(document, f"published.{number}.rps.{scenario}", list(figures), ids)


def _tier_faults(document: Document[Claim], subjects: list[dict[str, object]]) -> Iterator[ManifestFault]:
    """A tier has every subject or none, and each its own application."""
    used = [tier for tier in TIERS if any(tier in one for one in subjects)]
    if subjects and not used:
        yield document.fault("subjects", "no application is named", 'add controlled = "..." or idiomatic = "..."')
    for tier in used:
        named = [one.get(tier) for one in subjects]
        for number, application in enumerate(named):
            key = f"subjects.{number}.{tier}"
            if application is None:
                yield document.fault(key, "missing, but other subjects have one", "name its application in this tier")
            elif application in named[:number]:
                yield document.fault(key, f'"{application}" stands for another subject already', "name another one")


def _figure_faults(document: Document[Claim], key: str, given: list[str], ids: list[str]) -> Iterator[ManifestFault]:
    for name in given:
        if name not in ids:
            yield document.fault(f"{key}.{name}", "is no subject", nearest(name, ids))
    for id_ in ids:
        if id_ not in given:
            yield document.fault(f"{key}.{id_}", "missing", "give a figure of every subject, or none of this scenario")
