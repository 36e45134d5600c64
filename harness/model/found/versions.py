"""Versions of packages that changed: in a lock that is made anew, or from one campaign to the next."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from harness.model.record import Record

Origin = Literal["application", "server", "shared", "dependency"]
"""Who asks for a package: the application's own requirements, one of its servers, what all applications share, or
another package."""
ORDER: Final[tuple[Origin, ...]] = get_args(Origin)
"""What is asked for by name comes first."""


class VersionChange(Record):
    """A package that has another version now. None: it was not there, or is no longer needed. Several versions, which
    depend on the platform, are joined by "or"."""

    package: str
    before: str | None
    after: str | None
    origin: Origin = "dependency"


class LockAge(Record):
    """A lock, and what making it anew would change in it. `of`: the application, or what all applications share.
    `lock`: the file, with the name of its folder. `missing`: it has not been made yet. `fault`: why it cannot be made
    anew; then nothing is known of it."""

    of: str
    lock: str
    changes: tuple[VersionChange, ...] = ()
    missing: bool = False
    fault: str = ""

    @property
    def outdated(self) -> bool:
        """Whether it holds another version than it would if it were made now."""
        return self.missing or bool(self.changes)


def version_changes(
    before: Mapping[str, str], after: Mapping[str, str], origins: Mapping[str, Origin]
) -> tuple[VersionChange, ...]:
    """Packages that have not the same version in both, by normalised names (PEP 503): those that are asked for by name
    first. `origins`: who asks for a package; another package where it is not named."""
    changed = [
        VersionChange(
            package=name, before=before.get(name), after=after.get(name), origin=origins.get(name, "dependency")
        )
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]
    return tuple(sorted(changed, key=place_of))


def place_of(change: VersionChange) -> tuple[int, str]:
    """Where a change stands among others."""
    return ORDER.index(change.origin), change.package
