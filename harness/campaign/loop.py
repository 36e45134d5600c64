"""The campaign: blocks until everything is resolved, the budget is spent, or an end is asked for."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from harness.analysis.inference.unresolved import unresolved
from harness.analysis.ranking.ranking import rank
from harness.analysis.tuning.answer import tuned
from harness.campaign.block.bench import Bench
from harness.campaign.block.continuous import CONTINUOUS_RUNS
from harness.campaign.block.latency import LONGEST, expected_s
from harness.campaign.block.run_block import run_block, trials_of
from harness.campaign.block.state import Block
from harness.campaign.plan.next_round import (
    Need,
    blocks_had,
    is_first_round,
    met_so_far,
    next_round,
    variants_so_far,
)
from harness.campaign.plan.planning import GROUP_SIZE, block_dice, blocks_of_a_round, groups_of
from harness.campaign.session.phases import Phases
from harness.campaign.session.recording import Recorder
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord, Plan
from harness.model.measured.latency import LatencyWindow

OVERHEAD_S = 12.0
"""What starting, verifying and stopping a block is taken to cost until a block has shown it."""


LEAST_SCALE, MOST_SCALE = 0.8, 1.5
"""Bounds of a block's rotations, in units of the plan's. All blocks count alike, so a much shorter one would spoil the
average; instead of a much longer one, one more start is better."""

WHAT_BLOCKS_VARY = 0.02
"""Share of the budget that is kept free, since the next blocks may take longer than the last."""


class Clock:
    """The budget: what is spent of it, by sessions before a resume too, and whether more still fits. Seconds."""

    def __init__(self, plan: Plan, *, already_s: float = 0.0) -> None:
        self._budget_s, self._max_blocks = plan.budget_s, plan.max_blocks
        self._blocks_a_round = len(groups_of(plan.cells, plan.reference_cell, block_dice(plan, 0), {}))
        cells = min(len(plan.cells), GROUP_SIZE)
        self._rotations_s = sum(plan.rotations_s_of(one) for one in plan.scenarios)
        warm_up_s = plan.shape.warm_up_s * cells
        warm_ups_s = sum(warm_up_s * len(one.in_every_rotation) for one in plan.scenarios)
        latency_s = expected_s(plan, cells) * (1 if plan.latency_in_turn else len(plan.latency))
        self._turn_s = latency_s if plan.latency_in_turn else None
        others = sum(len(one.levels) - len(one.in_every_rotation) for one in plan.scenarios)
        levels_s = others * (plan.shape.levels_s + warm_up_s) if plan.shape.levels_s else 0.0
        p99_s = cells * LONGEST * plan.shape.window_s * sum(one.rank.rate is not None for one in plan.scenarios)
        self._other_s = warm_ups_s + latency_s + p99_s + levels_s + OVERHEAD_S
        self._has_seen_one = False
        self._started = time.monotonic() - already_s

    @contextmanager
    def block(self, phases: Phases, rotations_s: float, scale: float) -> Iterator[None]:
        """Time a block. Its rotations take `rotations_s` by the plan, and `scale` times that here. The next blocks are
        expected to need as much time beside their rotations, with two exceptions. Each cell has one continuous run.
        Where scenarios take turns with response times, the next scenario is expected to take what the plan says.
        """
        started, before = time.monotonic(), phases.seconds()
        self._rotations_s = rotations_s
        yield
        spent = {phase: seconds - before.get(phase, 0.0) for phase, seconds in phases.seconds().items()}
        once_s = spent.get(CONTINUOUS_RUNS, 0.0)
        if self._turn_s is not None:
            once_s += spent.get("latency", 0.0) - self._turn_s
        self._other_s = time.monotonic() - started - once_s - scale * rotations_s
        self._has_seen_one = True

    def spent_s(self) -> float:
        return time.monotonic() - self._started

    def fits(self, blocks: int) -> bool:
        """Whether so many blocks, each like the last one, would end within the budget with the shortest rotations."""
        least_s = self._block_s(LEAST_SCALE if self._has_seen_one else 1.0)
        return self.spent_s() + blocks * least_s <= self._budget_s

    def scale(self, rotations_s: float, done: int) -> float:
        """Factor for the rotations of the next block, `rotations_s` by the plan, so that the rounds that still fit fill
        the budget. 1 before the first block has ended, and where the number of blocks ends the campaign: `done` of them
        are over."""
        left_s = self._budget_s * (1 - WHAT_BLOCKS_VARY) - self.spent_s()
        rounds = int(left_s // (self._blocks_a_round * (self._other_s + LEAST_SCALE * rotations_s)))
        if not self._has_seen_one or done + rounds > self._max_blocks:
            return 1.0
        each_s = left_s / (max(1, rounds) * self._blocks_a_round)
        return min(MOST_SCALE, max(LEAST_SCALE, (each_s - self._other_s) / rotations_s))

    def round_s(self) -> float:
        """How long a round of all cells takes, as far as that is known."""
        return self._blocks_a_round * self._block_s()

    def total_s(self) -> float:
        """How long the whole campaign will take, as far as that is known."""
        round_s = self.round_s()
        rounds = min(self._max_blocks, max(1, int(self._budget_s // round_s)))
        return max(self.spent_s(), rounds * round_s)

    def _block_s(self, scale: float = 1.0) -> float:
        return self._other_s + scale * self._rotations_s


def measure(bench: Bench, recorder: Recorder, *, next_block: int) -> None:
    """Run blocks, the first with the number `next_block`, and write down each, until every pair is resolved."""
    clock = Clock(bench.plan, already_s=bench.phases.measuring_s())
    for number, (cells, need) in enumerate(_blocks(bench, recorder, clock), start=next_block):
        if bench.interrupt.asked:
            return
        rotations_s = sum(bench.plan.rotations_s_of(one) for one in bench.plan.scenarios if one.id in need)
        scale = clock.scale(rotations_s, max(blocks_had(recorder.record, recorder.trials).values(), default=0))
        with clock.block(bench.phases, rotations_s, scale):
            _measure_block(bench, recorder, clock, Block(number, cells, need, recorder.record.cells, scale=scale))
        if bench.surroundings:
            for notice in recorder.renew(bench.surroundings.after_block()):
                bench.progress.noticed(notice)
        _tell(bench, recorder)


def _tell(bench: Bench, recorder: Recorder) -> None:
    """What is known after a block."""
    record, trials = recorder.record, recorder.trials
    with bench.phases.timed("analysis"):
        if compared := variants_so_far(record, trials, _windows(bench, record), usual_looks_only=False):
            bench.progress.compared(compared)
        elif found := tuned(record, trials, _windows(bench, record)):
            bench.progress.raced(record, found)
        else:
            bench.progress.answer(record, rank(record, trials), unresolved(record, trials))


def _windows(bench: Bench, record: CampaignRecord) -> Sequence[LatencyWindow]:
    """Those so far of a campaign of two variants, or of configurations that race; no other one goes on for them."""
    return bench.folder.read_windows()[0] if record.diff or record.tuning else ()


def _measure_block(bench: Bench, recorder: Recorder, clock: Clock, block: Block) -> None:
    complete = False
    try:
        with closing(run_block(bench, block, first=not recorder.all_verified(block.cells))) as rotations:
            for _ in rotations:
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


def _blocks(bench: Bench, recorder: Recorder, clock: Clock) -> Iterator[tuple[Sequence[Cell], Need]]:
    """The cells of each block and what they are needed for, round after round, until nothing is needed or a round does
    not fit the budget. The first round is measured whatever the budget: every cell has a figure after it."""
    while need := _needed(bench, recorder):
        turn, met = len(recorder.record.completed_blocks), met_so_far(recorder.record, recorder.trials)
        blocks = blocks_of_a_round(bench.plan, need, recorder.cells_measured_alone(), turn, met)
        if not clock.fits(len(blocks)) and not is_first_round(recorder.record, recorder.trials):
            return
        for cells in blocks:
            if living := [cell for cell in cells if cell.id not in recorder.failed_cells()]:
                yield living, need


def _needed(bench: Bench, recorder: Recorder) -> Need:
    with bench.phases.timed("analysis"):
        return next_round(recorder.record, recorder.trials, _windows(bench, recorder.record))
