"""Keeping the campaign's record true: after every step that changes it, campaign.json is written again."""

from collections.abc import Sequence
from typing import Any, Final

from harness.model.campaign import CampaignRecord, CellFacts
from harness.model.cell import Cell
from harness.model.notice import Failure, Notice
from harness.model.trial import Trial
from harness.store.folder import ResultsFolder

SEEN_ONCE: Final = ("idle_cpu_share", "continuous", "warm_up_s")
"""Of a cell's facts: whether it burns CPU while idle, its continuous runs, and the warm-up they showed it to need."""


class Recorder:
    """The record and the trials as they stand, and the folder they are kept in."""

    def __init__(self, folder: ResultsFolder, record: CampaignRecord) -> None:
        self.folder, self.record = folder, record
        self.trials: tuple[Trial, ...] = folder.read_trials()[0]
        folder.write_record(record)

    def update(self, **changes: Any) -> None:
        """Replace fields of the record, and write it."""
        self.record = self.record.model_copy(update=changes)
        self.folder.write_record(self.record)

    def keep_trials(self, trials: Sequence[Trial], block: int, *, complete: bool) -> None:
        """Write the trials of a block; only a complete one counts from here on."""
        self.folder.append_trials(trials)
        self.trials = (*self.trials, *trials)
        if complete:
            self.update(completed_blocks=(*self.record.completed_blocks, block))

    def know(self, facts: dict[str, CellFacts]) -> None:
        """What was seen of cells. What is seen once is remembered."""
        before = self.record.cells
        known = {cell: _remembering(before[cell], seen) if cell in before else seen for cell, seen in facts.items()}
        if facts:
            self.update(cells=before | known)

    def fail(self, failures: Sequence[Failure]) -> None:
        if failures:
            self.update(failures=(*self.record.failures, *failures))

    def notice(self, notices: Sequence[Notice]) -> None:
        """Each notice once."""
        fresh = tuple(notice for notice in dict.fromkeys(notices) if notice not in self.record.notices)
        if fresh:
            self.update(notices=(*self.record.notices, *fresh))

    def cells_measured_alone(self) -> frozenset[str]:
        """Those that burn CPU while idle."""
        return frozenset(cell for cell, facts in self.record.cells.items() if facts.idle_cpu_share is not None)

    def all_verified(self, cells: Sequence[Cell]) -> bool:
        """Whether each of them was seen to keep the contract before."""
        return all(cell.id in self.record.cells and self.record.cells[cell.id].verified for cell in cells)

    def failed_cells(self) -> frozenset[str]:
        return frozenset(failure.cell for failure in self.record.failures)


def _remembering(before: CellFacts, seen: CellFacts) -> CellFacts:
    lost = {name: getattr(before, name) for name in SEEN_ONCE if not getattr(seen, name)}
    return seen.model_copy(update=lost)
