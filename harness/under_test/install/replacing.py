"""Requirements in which some packages are required otherwise than their author wrote."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.catalog.applications import MOST_REQUIREMENTS_BYTES
from harness.model.errors import UsageError
from harness.model.given_file import Unreadable, text_of

_INCLUDE: Final = re.compile(r"^(?:(?P<constraint>-c|--constraint)|-r|--requirement)[ =]?\s*(?P<path>\S+)$")
_PINNED: Final = re.compile(
    r"^(?P<name>[A-Za-z0-9][\w.-]*)==(?P<version>[^\s;\\]+)(?: *; *(?P<marker>[^\\\n]+?))?\s*\\?$"
)


@dataclass(frozen=True)
class Required:
    """Lines of requirements, and lines of constraints."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()


def required_in(source: Path) -> Required:
    """The lines of a file and of those it includes, each of its kind. An include that is not there is left out.

    Raises UsageError for one that is no text.
    """
    found = list(_lines(source, frozenset(), constraint=False))
    return Required(
        tuple(line for line, constraint in found if not constraint),
        tuple(line for line, constraint in found if constraint),
    )


def _lines(source: Path, seen: frozenset[Path], *, constraint: bool) -> Iterator[tuple[str, bool]]:
    here = source.resolve()
    if here in seen or not here.is_file():
        return
    try:
        text = text_of(here, MOST_REQUIREMENTS_BYTES)
    except Unreadable as fault:
        raise UsageError(str(fault), where=str(source), mend="put a text file in its place") from None
    for line in text.splitlines():
        bare = re.sub(r"(^|\s)#.*", "", line).strip()
        if found := _INCLUDE.match(bare):
            within = constraint or bool(found["constraint"])
            yield from _lines(here.parent / found["path"], seen | {here}, constraint=within)
        elif bare:
            yield bare, constraint


def name_of(line: str) -> str | None:
    """The package that a line requires, by its normalised name (PEP 503); None where it names none."""
    found = _required(line)
    return canonicalize_name(found.name) if found else None


def _required(line: str) -> Requirement | None:
    """None where the line is no requirement by PEP 508, such as a path."""
    try:
        return Requirement(line)
    except InvalidRequirement:
        return None


def replaced(lines: Sequence[str], wanted: Sequence[Requirement]) -> tuple[str, ...]:
    """The lines without those of the wanted packages, and the wanted ones. One that asks for no extras keeps those that
    were required before."""
    named = {canonicalize_name(one.name): one for one in wanted}
    kept = [line for line in lines if name_of(line) not in named]
    before: dict[str, set[str]] = {}
    for line in lines:
        if (name := name_of(line)) in named and name is not None:
            before.setdefault(name, set()).update(Requirement(line).extras)
    return (*kept, *(_with_extras(one, before.get(name, set())) for name, one in named.items()))


def without(lines: Sequence[str], wanted: Sequence[Requirement]) -> tuple[str, ...]:
    """The lines without those of the wanted packages."""
    named = {canonicalize_name(one.name) for one in wanted}
    return tuple(line for line in lines if name_of(line) not in named)


def fitting(constraints: Sequence[str], requirements: Sequence[str]) -> tuple[str, ...]:
    """The constraints without the pins of versions that a requirement refuses."""
    asked = [found for line in requirements if (found := _required(line))]
    return tuple(
        line
        for line in constraints
        if not (pinned := _PINNED.match(line)) or _suits(pinned["name"], pinned["version"], asked)
    )


def _suits(name: str, version: str, requirements: Sequence[Requirement]) -> bool:
    """Whether every requirement of this package takes the version."""
    asked = [one for one in requirements if canonicalize_name(one.name) == canonicalize_name(name)]
    return all(one.specifier.contains(version, prereleases=True) for one in asked)


def _with_extras(one: Requirement, extras: set[str]) -> str:
    if one.extras or not extras:
        return str(one)
    more = Requirement(str(one))
    more.extras = set(extras)
    return str(more)


def versions_in(lock: str) -> Mapping[str, str]:
    """Of the text of a lock: each package by its normalised name, and its version; several where they depend on the
    platform."""
    found: dict[str, list[str]] = {}
    for line in lock.splitlines():
        if pinned := _PINNED.match(line):
            found.setdefault(canonicalize_name(pinned["name"]), []).append(pinned["version"])
    return {name: " or ".join(dict.fromkeys(versions)) for name, versions in found.items()}
