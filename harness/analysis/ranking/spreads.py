"""How blocks differ: how much of it is the restart's own, how many rotations that is worth, what the machine did."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.analysis.inference.verdicts import Look, fit_of
from harness.analysis.trials.blocks import BlockValues
from harness.model.measured.campaign import CampaignRecord
from harness.model.notice import Notice
from harness.stats.design import RestartVariance, best_rotations, restart_variance

MIN_BLOCKS: Final = 4
"""With fewer, what a restart changes cannot be distinguished from chance."""

RESTARTING: Final = ("start", "verify", "rest", "prepare", "warm-up", "stop")
"""Phases that each block takes once, however many rotations it has."""

MOST_MOVED: Final = 0.1
"""Of the time that the load generator spends per answer, between blocks. On a steady machine it moves by 1 to 4 %."""

MACHINE_MOVED: Final = "machine-moved"


def moved(record: CampaignRecord, inference: Inference) -> Iterator[Notice]:
    """A notice if the machine was slower in one block than in another. The load generator shows it: one that never
    sleeps does nearly the same work for every answer of the reference. Ratios move with the machine, and their
    intervals become wide (docs/performance.md)."""
    if not record.plan.spins:
        return
    costs: dict[int, list[float]] = {}
    for (block, cell), trial in inference.counted.trials.items():
        if cell in record.plan.reference_cells and trial.bound and trial.bound.ceiling_rps:
            costs.setdefault(block, []).append(record.plan.generator_cores / trial.bound.ceiling_rps)
    by_block = sorted(sum(each) / len(each) * 1e6 for each in costs.values())
    if by_block and by_block[-1] > (1 + MOST_MOVED) * by_block[0]:
        seen = (
            f"the machine changed its speed: an answer cost the load generator {by_block[0]:.3g} µs in one block, "
            f"{by_block[-1]:.3g} µs in another"
        )
        yield Notice(code=MACHINE_MOVED, seen=seen, mend="more blocks, or a quieter machine")


def spreads_of(record: CampaignRecord, inference: Inference, look: Look) -> dict[str, float | None]:
    """Fields of a ScenarioRanking: spreads of log(requests per second), and the design that would have been best."""
    rotations = float(np.median([group.rotations for group in inference.blocks]))
    block, restart = look.fit.variance, _restart_variance(inference.blocks)
    blocks, scenarios = len(record.completed_blocks), len(record.plan.scenarios)
    restart_cost_s = sum(record.phases_s.get(phase, 0.0) for phase in RESTARTING) / max(1, blocks * scenarios)
    best = None
    if block is not None and restart is not None and restart.is_distinguished() and restart_cost_s:
        rotation_cost_s = _rotation_s(inference)
        best = best_rotations(
            block, restart.estimate, rotations, restart_cost_s=restart_cost_s, rotation_cost_s=rotation_cost_s
        )
    return {
        "block_sd": None if block is None else block**0.5,
        "restart_sd": None if restart is None else restart.estimate**0.5,
        "slice_sd": float(np.median([group.slice_sd for group in inference.blocks])),
        "rotations": rotations,
        "best_rotations": best,
    }


def _rotation_s(inference: Inference) -> float:
    """How long a rotation of all its slices takes."""
    slices_s = sum(trial.wall_s / len(trial.rotations) for trial in inference.counted.trials.values())
    return slices_s / len(inference.blocks) * len(inference.scenario.in_every_rotation)


def _restart_variance(blocks: Sequence[BlockValues]) -> RestartVariance | None:
    whole = [group for group in blocks if group.halves]
    if len(whole) < MIN_BLOCKS:
        return None
    cells = tuple(sorted({cell for group in whole for cell in group.cells}))
    first, second = (
        fit_of([replace(group, values=group.halves[half]) for group in whole if group.halves], cells) for half in (0, 1)
    )
    return restart_variance(first, second)
