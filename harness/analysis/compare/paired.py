"""One scenario in two campaigns: what each block says of each cell that is in both."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from harness.analysis.compare.conditions import common_cells
from harness.analysis.inference.inference import Inference
from harness.model.asked.cell import Cell
from harness.model.found.comparison import NotCompared
from harness.model.measured.campaign import CampaignRecord
from harness.stats.arrays import Floats


@dataclass(frozen=True)
class PairedCell:
    """A cell in both campaigns, with one value per block, (earlier, later): log(requests per second) of its `own`, and
    `against` the reference in the same block."""

    earlier: Cell
    later: Cell
    own: tuple[Floats, Floats]
    against: tuple[Floats, Floats]


@dataclass(frozen=True)
class Paired:
    """The scenario as inferred from each campaign."""

    then: CampaignRecord
    now: CampaignRecord
    before: Inference
    after: Inference

    @cached_property
    def cells(self) -> tuple[tuple[Cell, Cell], ...]:
        return common_cells(self.then, self.now)

    @cached_property
    def _found(self) -> tuple[PairedCell, ...]:
        pairs = (self._pair(earlier, later) for earlier, later in self.cells)
        return tuple(pair for pair in pairs if all(len(values) for values in (*pair.own, *pair.against)))

    def pairs(self) -> tuple[PairedCell, ...]:
        """Every cell that has a figure in both, without A/A twins."""
        return tuple(pair for pair in self._found if not pair.later.twin)

    def twin(self) -> PairedCell | None:
        """The reference's first A/A twin that has a figure in both."""
        return next((pair for pair in self._found if pair.later.twin), None)

    def missing(self) -> Iterator[NotCompared]:
        """Cells of either plan without a figure in both, twins left out."""
        paired = {pair.later.id for pair in self._found}
        for earlier, later in self.cells:
            if not later.twin and later.id not in paired:
                yield self._unpaired(earlier, later)
        yield from _only(self.then, {earlier.id for earlier, _ in self.cells}, "earlier")
        yield from _only(self.now, {later.id for _, later in self.cells}, "later")

    def _pair(self, earlier: Cell, later: Cell) -> PairedCell:
        return PairedCell(
            earlier,
            later,
            own=(_own(self.before, earlier.id), _own(self.after, later.id)),
            against=(
                _against(self.before, earlier.id, self.then.plan.reference),
                _against(self.after, later.id, self.now.plan.reference),
            ),
        )

    def _unpaired(self, earlier: Cell, later: Cell) -> NotCompared:
        sides = (("earlier", self.before, earlier), ("later", self.after, later))
        known = [len(_own(inference, cell.id)) > 0 for _, inference, cell in sides]
        reasons = [
            f"without a figure in the {when} campaign: {inference.counted.unranked.get(cell.id, 'not measured')}"
            for (when, inference, cell), seen in zip(sides, known, strict=True)
            if not seen
        ]
        return NotCompared(
            cell=later.id,
            app=later.app,
            server=later.server,
            reason="; ".join(reasons) or "the reference has no figure in its blocks",
            lost=known == [True, False] and self._ended_without(later.id),
        )

    def _ended_without(self, cell: str) -> bool:
        """Whether the later campaign failed the cell, or was finished and has no figure of it all the same: one that
        was cut off may just not have come to it."""
        failed = any(failure.cell == cell for failure in self.now.failures)
        return failed or (self.now.state == "finished" and bool(self.now.completed_blocks))


def _only(record: CampaignRecord, shared: set[str], which: str) -> Iterator[NotCompared]:
    for cell in record.plan.cells:
        if not cell.twin and cell.id not in shared:
            yield NotCompared(
                cell=cell.id, app=cell.app, server=cell.server, reason=f"only the {which} campaign has it"
            )


def _own(inference: Inference, cell: str) -> Floats:
    return np.array(list(inference.own_values(cell).values()))


def _against(inference: Inference, cell: str, reference: str) -> Floats:
    """log(cell / reference) in each block; the mean where several groups of a block hold both."""
    found: dict[int, list[float]] = {}
    for group in inference.blocks:
        if {cell, reference} <= set(group.cells):
            value = group.values[group.cells.index(cell)] - group.values[group.cells.index(reference)]
            found.setdefault(group.block, []).append(float(value))
    return np.array([float(np.mean(values)) for values in found.values()])
