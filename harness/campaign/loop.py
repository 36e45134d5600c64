"""The campaign: blocks until everything is resolved, the budget is spent, or an end is asked for."""

import time
from collections.abc import Iterator, Sequence

from harness.analysis.ranking import rank
from harness.campaign.bench import Bench
from harness.campaign.block import run_block, trials_of
from harness.campaign.latency import expected_s
from harness.campaign.need import Need, open_scenarios, still_needed
from harness.campaign.planning import block_dice, groups_of
from harness.campaign.recording import Recorder
from harness.campaign.under_way import Block
from harness.model.campaign import Plan
from harness.model.cell import Cell

OVERHEAD_S = 8.0
"""What starting, verifying and stopping a block is taken to cost until a block has shown it."""


class Clock:
    """The budget: what is spent of it, and whether another block still fits. Seconds."""

    def __init__(self, plan: Plan) -> None:
        self._budget_s, self._max_blocks = plan.budget_s, plan.max_blocks
        per_scenario = plan.shape.rotations_s + plan.shape.warm_up_s * len(plan.cells)
        latency_s = expected_s(plan, len(plan.cells)) * len(plan.latency)
        self._block_s = per_scenario * len(plan.scenarios) + latency_s + OVERHEAD_S
        self._started = self._block_started = time.monotonic()
        self._blocks = 0

    def begin_block(self) -> None:
        self._block_started = time.monotonic()

    def end_block(self) -> None:
        self._blocks += 1
        self._block_s = time.monotonic() - self._block_started

    def spent_s(self) -> float:
        return time.monotonic() - self._started

    def another_fits(self) -> bool:
        """Whether a block as long as the last one would end within the budget; the first always may."""
        if self._blocks == 0:
            return True
        return self._blocks < self._max_blocks and self.spent_s() + self._block_s <= self._budget_s

    def is_last(self) -> bool:
        """Asked near the end of a block: whether no other will fit after it."""
        this_block_s = time.monotonic() - self._block_started
        return self._blocks + 1 >= self._max_blocks or self.spent_s() + this_block_s > self._budget_s

    def total_s(self) -> float:
        """How long the whole campaign will take, as far as can be told."""
        blocks = min(self._max_blocks, max(1, int(self._budget_s // self._block_s)))
        return max(self.spent_s(), blocks * self._block_s)


def measure(bench: Bench, recorder: Recorder, *, next_block: int) -> None:
    """Run blocks, the first with the number `next_block`, and write down each, until every pair is resolved."""
    clock = Clock(bench.plan)
    for number, (cells, need) in enumerate(_groups(bench, recorder), start=next_block):
        if bench.interrupt.asked or not clock.another_fits():
            return
        clock.begin_block()
        _measure_block(bench, recorder, clock, Block(number, cells, need))
        clock.end_block()
        bench.progress.answer(rank(recorder.record, recorder.trials), open_scenarios(recorder.record, recorder.trials))


def _measure_block(bench: Bench, recorder: Recorder, clock: Clock, block: Block) -> None:
    complete = False
    try:
        for _ in run_block(bench, block, first=not recorder.record.completed_blocks, is_last=clock.is_last):
            bench.progress.advance(clock.spent_s(), clock.total_s())
        complete = not bench.interrupt.asked
    finally:
        recorder.keep_trials(trials_of(bench, block), block.number, complete=complete)
        recorder.know(block.facts)
        recorder.fail(block.failures)
        for failure in block.failures:
            bench.progress.failed(failure)
        recorder.notice(block.notices)
        recorder.update(phases_s=bench.phases.seconds())


def _groups(bench: Bench, recorder: Recorder) -> Iterator[tuple[Sequence[Cell], Need]]:
    """Groups of cells and what they are needed for, in fresh random groups each time round, until nothing is needed.

    Cells that have failed are left out.
    """
    plan, turn = bench.plan, 0
    while need := still_needed(recorder.record, recorder.trials):
        wanted = frozenset[str]().union(*need.values()) - recorder.failed_cells()
        if not wanted:
            return
        alone = recorder.cells_measured_alone()
        together = [cell for cell in plan.cells if cell.id not in alone]
        groups = groups_of(together, plan.reference_cell, block_dice(plan, -1 - turn))
        for group in (*groups, *((cell,) for cell in plan.cells if cell.id in alone)):
            cells = [cell for cell in group if cell.id in wanted - recorder.failed_cells()]
            if cells:
                yield cells, need
        turn += 1
