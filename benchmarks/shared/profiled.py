"""Applications profiled as `harness explain` does."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from harness.analysis.layers.explanation import explain
from harness.campaign.explaining.explain import Limits, measure_what_is_missing
from harness.campaign.explaining.question import Question
from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.campaign.plan.preparation import Prepared, prepare
from harness.campaign.plan.project import Project
from harness.campaign.run import begin
from harness.campaign.session.progress import Silent
from harness.model.asked.cell import Cell
from harness.model.found.explanation import CellLayers, Difference
from harness.model.measured.profile import Profile
from harness.store.folder import ResultsFolder

NEVER: Final = 1e-9
"""A share that no layer is ever known to: the number of blocks decides."""


class Explained(NamedTuple):
    """An application, and what it costs more than another one."""

    cell: CellLayers
    difference: Difference


def profiled(results: Path, selection: Selection, base: str, *, blocks: int, stretch_s: float) -> dict[str, Explained]:
    """Each application against `base` in the only scenario, by its id.

    Raises HarnessError, as `harness explain`.
    """
    [scenario] = selection.scenarios
    prepared = prepare(Project.here(), RunOptions(selection=selection, profile="full", latency=(NONE,)))
    cells = {cell.app: cell for cell in prepared.record.plan.cells if not cell.twin}
    folder = begin(prepared, results).folder
    profiles = more_profiles(folder, prepared, scenario, tuple(cells.values()), blocks=blocks, stretch_s=stretch_s)
    others = [cell.id for app, cell in cells.items() if app != base]
    pairs = [(other, cells[base].id) for other in others]
    found = explain(scenario, profiles, [cell.id for cell in cells.values()], pairs)
    differences = {pair.first: pair for pair in found.differences}
    layers = {cell.cell: cell for cell in found.cells}
    return {app: Explained(layers[cell.id], differences[cell.id]) for app, cell in cells.items() if app != base}


def more_profiles(
    folder: ResultsFolder, prepared: Prepared, scenario: str, cells: Sequence[Cell], *, blocks: int, stretch_s: float
) -> tuple[Profile, ...]:
    """So many blocks more of the cells in a scenario, added to the campaign. Raises as `harness explain` does."""
    before = len(folder.read_profiles()[0])
    limits = Limits(until=NEVER, budget_s=math.inf, most_blocks=blocks, stretch_s=stretch_s)
    question = Question(prepared, tuple(cells), scenario, folder)
    measure_what_is_missing(Project.here(), question, folder, limits, Silent())
    return folder.read_profiles()[0][before:]
