"""The environments of a plan: one for each application and interpreter that its cells need."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.campaign.plan.preparation import Prepared
from harness.model.asked.cell import Cell
from harness.model.errors import HarnessError
from harness.under_test.install.environments import ensure_all
from harness.under_test.install.locks import lock_of

Place = tuple[str, str]
"""The id of an application, and the label of an interpreter."""


@dataclass(frozen=True)
class Pythons:
    """Each application's own python on each interpreter, and why some have none."""

    found: Mapping[Place, Path]
    faults: Mapping[Place, HarnessError]

    def of(self, cell: Cell) -> Path:
        """What the cell's server is started with. It must have one."""
        return self.found[place_of(cell)]

    def has(self, cell: Cell) -> bool:
        return place_of(cell) in self.found

    def fault_of(self, cell: Cell) -> HarnessError | None:
        """Why the cell has none."""
        return self.faults.get(place_of(cell))


def place_of(cell: Cell) -> Place:
    return cell.app, cell.interpreter


def install(prepared: Prepared, cache: Path) -> Pythons:
    """The environments, made now where they are missing."""
    places = dict.fromkeys(map(place_of, prepared.record.plan.cells))
    wanted = {
        (app, label): (lock_of(prepared.applications[app]), prepared.platform.python(label)) for app, label in places
    }
    made = ensure_all(wanted, cache)
    return Pythons(
        {place: found for place, found in made.items() if isinstance(found, Path)},
        {place: found for place, found in made.items() if isinstance(found, HarnessError)},
    )
