"""Claims, each a TOML file: the project's own, and any a person names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.catalog.document import Document, all_faults, read
from harness.catalog.fault import ManifestFault, nearest, refuse
from harness.model.asked.claim import Claim

STORY: Final = Path(__file__).with_name("claims") / "techempower-round-19.toml"
"""The claim that reports put to the test, and `harness claim` where none is named."""

DESCRIBED_IN: Final = "docs/claims.md"
TIERS: Final = ("controlled", "idiomatic")


def read_claim(path: Path) -> Claim:
    """The claim in a file. Raises UsageError that tells all its faults at once."""
    document = read(path, Claim)
    refuse(all_faults(document, list(_faults(document)) if document.raw else []), DESCRIBED_IN, of="the claim")
    assert document.record is not None, "a document without a record has a fault"
    return document.record


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
