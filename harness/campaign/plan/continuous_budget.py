"""Whether the budget of a plan has room for a continuous run of each cell."""

from math import ceil
from typing import Final

from harness.model.measured.campaign import Plan
from harness.model.measured.continuous import NO_CONTINUOUS_RUNS
from harness.model.notice import Notice

PIECE_S: Final = 0.22
"""What is counted of a piece: long beside the slices between the pieces, short beside the machine's whims."""

MOST_OF_BUDGET: Final = 1 / 6


def expected_s(plan: Plan) -> float:
    """Seconds that the runs of all cells are taken to cost. Two cells are each other's company; one that is left over
    has short slices of another beside it."""
    cells = sum(not cell.twin for cell in plan.cells)
    piece_s = PIECE_S + plan.shape.burn_in_s
    return plan.shape.continuous_s * (cells + cells % 2 * plan.shape.length_s / piece_s)


def affordable(plan: Plan) -> bool:
    """Whether the runs take no more than their share of the budget."""
    return expected_s(plan) <= MOST_OF_BUDGET * plan.budget_s


def not_made(plan: Plan) -> Notice:
    """The budget is too short for runs of all cells."""
    seen = (
        f"no cell had its continuous run of {plan.shape.continuous_s:g} s: all would take {expected_s(plan):.0f} s "
        f"of the budget of {plan.budget_s:.0f} s"
    )
    enough = ceil(expected_s(plan) / MOST_OF_BUDGET / 60)
    mend = f"give it a budget of {enough}m, or shorter runs: --continuous"
    return Notice(code=NO_CONTINUOUS_RUNS, seen=seen, mend=mend)
