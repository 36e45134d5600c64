"""Keeping the campaign's record true: after every step that changes it, campaign.json is written again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from harness.model.asked.cell import Cell
from harness.model.errors import UsageError
from harness.model.measured.campaign import CampaignRecord, CellFacts
from harness.model.measured.trial import Trial
from harness.model.notice import Failure, Notice
from harness.process.folders import locked_if_free
from harness.store.folder import ResultsFolder
from harness.store.running import RUNNING_NAME

BUSY_MACHINE: Final = "busy-machine"
"""Code of the notice of other programs, whose figures are of the whole campaign so far."""

SEEN_ONCE: Final = ("idle_cpu_share", "continuous", "warm_up_s", "held")
"""Of a cell's facts, kept where a later block did not look: whether it burns CPU while idle, its continuous runs,
the warm-up they showed it to need, and what open connections cost."""


@contextmanager
def by_nobody_else(folder: ResultsFolder) -> Iterator[None]:
    """Two that write into one folder would mix two campaigns. The kernel frees it when a harness is killed."""
    with locked_if_free(folder.path / RUNNING_NAME) as free:
        if not free:
            raise UsageError(
                "this campaign is being measured at this moment", where=str(folder.path), mend="wait for its end"
            )
        yield


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

    def renew(self, notices: Sequence[Notice]) -> list[Notice]:
        """Like `notice`; one whose figures move takes the place of the last of its code. Returned are the new ones."""
        moving = {notice.code for notice in notices} & {BUSY_MACHINE}
        known = {notice.code for notice in self.record.notices} & moving
        fresh = [one for one in notices if one not in self.record.notices and one.code not in known]
        if moving:
            self.update(notices=tuple(one for one in self.record.notices if one.code not in moving))
        self.notice(notices)
        return fresh

    def cells_measured_alone(self) -> frozenset[str]:
        """Those that burn CPU while idle."""
        return self.record.measured_alone()

    def all_verified(self, cells: Sequence[Cell]) -> bool:
        """Whether each of them was seen to keep the contract before."""
        return all(cell.id in self.record.cells and self.record.cells[cell.id].verified for cell in cells)

    def failed_cells(self) -> frozenset[str]:
        return frozenset(failure.cell for failure in self.record.failures)


def _remembering(before: CellFacts, seen: CellFacts) -> CellFacts:
    lost = {name: getattr(before, name) for name in SEEN_ONCE if getattr(seen, name) in (None, (), {})}
    return seen.model_copy(update=lost)
