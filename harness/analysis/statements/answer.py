"""Whether an application answers a scenario as its contract has it, and what that costs."""

from typing import Final

from harness.analysis.statements.seen import Seen
from harness.model.asked.statement import AnswerAsked
from harness.model.found.statements import AnswerPart

WRONG: Final = "verify"
"""Phase of the failures that are wrong answers. Any other failure says nothing of a statement."""


def answer_part(asked: AnswerAsked, seen: Seen) -> AnswerPart:
    """It holds where the application is ranked: it was verified, and its answers were right while it was measured."""
    part = AnswerPart(verdict="cannot-tell", scenario=asked.scenario, app=asked.app)
    row, wrong = seen.first(asked.app, asked.scenario), _wrong(asked, seen)
    if row is None and wrong:
        return part.model_copy(update={"verdict": "does-not-hold", "reason": wrong})
    if row is None:
        return part.model_copy(update={"reason": seen.lacks(asked.app, asked.scenario)})
    effect = seen.framework(asked.scenario, row.cell)
    about = {one.id: one.about for one in seen.record.plan.scenarios}
    return part.model_copy(
        update={
            "verdict": "holds",
            "cell": row.cell,
            "about": about[asked.scenario],
            "rps": row.rps,
            "cpu_us": row.cost.server_cpu_us,
            "framework_us": effect.microseconds if effect else None,
            "framework_low": effect.low if effect else None,
            "framework_high": effect.high if effect else None,
        }
    )


def _wrong(asked: AnswerAsked, seen: Seen) -> str:
    """What a cell of the application answered wrong in the scenario; empty where nothing."""
    cells = {cell.id for cell in seen.record.plan.cells if cell.app == asked.app}
    found = (one for one in seen.record.failures if one.phase == WRONG and one.cell in cells)
    return next((one.reason for one in found if one.scenario in (None, asked.scenario)), "")
