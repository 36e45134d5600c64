"""What installed distributions require of each other, by their own metadata."""

from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

NO_EXTRA: Final = {"extra": ""}
"""The environment that a marker is judged by: this platform, without an extra of the distribution."""


def requirements_of(python: Path, names: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """The distributions that each of `names`, and each that these require, needs in this python's environment; extras
    and what another platform needs are left out. A name that is not installed is left out too.

    The metadata is read here: nothing of the environment is run.
    """
    folders = [str(folder) for folder in sorted(python.parent.parent.glob("lib*/python3*/site-packages"))]
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        found |= _required(folders, canonicalize_name(name))
    for name in [inner for required in found.values() for inner in required]:
        found |= {} if name in found else _required(folders, name)
    return found


def _required(folders: list[str], name: str) -> dict[str, tuple[str, ...]]:
    """By name, as at most one entry."""
    installed = next(iter(Distribution.discover(name=name, path=folders)), None)
    if installed is None:
        return {}
    needed = (_needed(line) for line in installed.requires or ())
    return {name: tuple(sorted({one for one in needed if one}))}


def _needed(line: str) -> str:
    """The name that a requirement asks for here; empty where it asks for nothing, or cannot be read."""
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return ""
    wanted = requirement.marker is None or requirement.marker.evaluate(NO_EXTRA)
    return str(canonicalize_name(requirement.name)) if wanted else ""
