"""Versions that locks hold, and those they could hold, on the terminal."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from harness.cli.quantities import number_of
from harness.cli.show.tables import table
from harness.model.found.versions import LockAge, Origin, VersionChange, place_of

COLUMNS: Final = ("package", "locked", "newest", "asked for by", "in the locks of")
ASKED_BY: Final[dict[Origin, str]] = {
    "application": "application",
    "server": "server",
    "shared": "what all share",
    "dependency": "another package",
}
MOST_NAMES: Final = 4
"""Locks that a row names; of more it names the first ones and says how many there are."""


def ages_table(ages: Sequence[LockAge]) -> Table:
    """Each change once, with the locks that it is in: frameworks first, then servers, then what they need. Locks that
    have not been made are left out."""
    found: dict[VersionChange, list[str]] = {}
    for age in ages:
        for change in () if age.missing else age.changes:
            found.setdefault(change, []).append(age.of)
    return table(
        COLUMNS,
        [
            (one.package, one.before or "none", one.after or "none", ASKED_BY[one.origin], _names(found[one]))
            for one in sorted(found, key=place_of)
        ],
        title="What locks would hold if they were made now",
        whole=(0, 3),
    )


def _names(locks: Sequence[str]) -> str:
    more = len(locks) - MOST_NAMES
    return ", ".join(locks) if more <= 0 else ", ".join((*locks[:MOST_NAMES], f"{more} more"))


def in_short(changes: Sequence[VersionChange]) -> str:
    """The framework and the server, each with both versions, and how many other packages changed."""
    named = [one for one in changes if one.origin != "dependency"]
    said = [f"{one.package} {one.before or 'none'} to {one.after or 'none'}" for one in named]
    if others := len(changes) - len(named):
        said.append(f"{number_of(others, 'other package' if named else 'package')}")
    return ", ".join(said)


def in_a_line(ages: Sequence[LockAge]) -> str:
    """How many locks lag behind, which have not been made, and the commands that come next."""
    known = [age for age in ages if not age.fault]
    behind, missing = ([one for one in known if one.missing is absent and one.outdated] for absent in (False, True))
    said = f"Behind the package index: {len(behind)} of {number_of(len(known), 'lock')}"
    if missing:
        said += f"; not yet made: {', '.join(age.of for age in missing)}"
    if not behind and not missing:
        return f"{number_of(len(known), 'lock')}: the newest versions that fit, in every application"
    return f"{said}. Take the newest versions with: harness lock; then see what they change: harness upgraded"
