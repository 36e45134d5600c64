"""Other outcomes of the blocks than requests per second: one value a cell and block, from its trial."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.analysis.trials.blocks import BlockValues
from harness.model.measured.trial import Trial

Outcome = Callable[[Trial], float | None]
"""A figure above 0; None where the trial does not have it."""


def outcome_values(
    blocks: Sequence[BlockValues], trials: Mapping[tuple[int, str], Trial], outcome: Outcome
) -> tuple[BlockValues, ...]:
    """The groups of the blocks with the logarithm of the outcome of each cell that has it. Groups of which only one
    cell has it are left out."""
    found = []
    for group in blocks:
        known = {cell: value for cell in group.cells if (value := _of(trials.get((group.block, cell)), outcome))}
        if len(known) > 1:
            values = np.log(np.array(list(known.values())))
            found.append(replace(group, cells=tuple(known), values=values, halves=None))
    return tuple(found)


def _of(trial: Trial | None, outcome: Outcome) -> float | None:
    return None if trial is None else outcome(trial)


def requests_per_cpu_second(trial: Trial) -> float | None:
    """Of the server's CPU time: more is better, as with requests per second."""
    if trial.cost is None or not trial.cost.server_cpu_s or not trial.answered:
        return None
    return trial.answered / trial.cost.server_cpu_s


def p99_quickness(trial: Trial) -> float | None:
    """One over the 99th percentile of response times: more is better."""
    return 1 / trial.p99_s if trial.p99_s else None


def cpu_per_request(trial: Trial) -> float | None:
    """Seconds of CPU time of the server."""
    answered = requests_per_cpu_second(trial)
    return 1 / answered if answered else None


def memory_under_load(trial: Trial) -> float | None:
    """Bytes: proportional memory of the server's processes right after the load."""
    return trial.cost.load_pss_bytes or None if trial.cost else None
