"""Applications profiled as `harness explain` does, each against one of them."""

import math
from pathlib import Path
from typing import Final

from harness.analysis.layers.explanation import explain
from harness.campaign.explaining.explain import Limits, measure_what_is_missing
from harness.campaign.explaining.question import Question
from harness.campaign.plan.options import RunOptions, Selection
from harness.campaign.plan.planning import NONE
from harness.campaign.plan.preparation import prepare
from harness.campaign.plan.project import Project
from harness.campaign.run import begin
from harness.campaign.session.progress import Silent
from harness.model.found.explanation import Difference

NEVER: Final = 1e-9
"""A share that no layer is ever known to: the number of blocks decides."""


def profiled(results: Path, selection: Selection, base: str, *, blocks: int, stretch_s: float) -> dict[str, Difference]:
    """What each application costs more than `base` in the only scenario, by its id.

    Raises HarnessError, as `harness explain`.
    """
    [scenario] = selection.scenarios
    project = Project.here()
    prepared = prepare(project, RunOptions(selection=selection, profile="full", latency=(NONE,)))
    cells = {cell.app: cell for cell in prepared.record.plan.cells if not cell.twin}
    question = Question(prepared, tuple(cells.values()), scenario, None)
    folder = begin(prepared, results).folder
    limits = Limits(until=NEVER, budget_s=math.inf, most_blocks=blocks, stretch_s=stretch_s)
    measure_what_is_missing(project, question, folder, limits, Silent())
    others = [cell.id for app, cell in cells.items() if app != base]
    pairs = [(other, cells[base].id) for other in others]
    found = explain(scenario, folder.read_profiles()[0], [cell.id for cell in cells.values()], pairs)
    by_cell = {pair.first: pair for pair in found.differences}
    return {app: by_cell[cell.id] for app, cell in cells.items() if app != base}
