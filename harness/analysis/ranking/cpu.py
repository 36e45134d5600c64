"""CPU time of the server per request as an outcome of its own: it moves less than requests/s when the machine does."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from harness.analysis.inference.inference import Inference, is_void
from harness.analysis.inference.verdicts import Look, judge
from harness.analysis.ranking.shown import noise_floor_of, pairs_of, ratio_of
from harness.analysis.trials.blocks import BlockValues
from harness.analysis.trials.outcomes import outcome_values, requests_per_cpu_second
from harness.model.found.ranking import CpuCell, CpuRanking
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.stats.robust import t_interval


def cpu_ranking(record: CampaignRecord, inference: Inference) -> CpuRanking | None:
    """Which cell takes less of it, by the same blocks, intervals, looks and A/A test as requests/s; None where no block
    tells it. Where the reference is called different from itself there are no verdicts."""
    references = record.plan.reference_cells
    blocks = cpu_values(inference.blocks, inference.counted.trials)
    look = judge(blocks, inference.completed, inference.delta, references)
    if look is None:
        return None
    void = is_void(look, references)
    pairs = pairs_of(record, look)
    return CpuRanking(
        rows=tuple(sorted(_rows(record, look, blocks), key=lambda row: row.microseconds)),
        pairs=tuple(pair.model_copy(update=WITHDRAWN) for pair in pairs) if void else pairs,
        noise_floor=noise_floor_of(record, look, void=void),
    )


WITHDRAWN = {"verdict": "unresolved", "decided_at": None}


def cpu_values(blocks: Sequence[BlockValues], trials: Mapping[tuple[int, str], Trial]) -> tuple[BlockValues, ...]:
    """The groups of the blocks with log(requests per CPU second) of each cell that tells it; more is better, as with
    requests/s. Groups of which only one cell tells it are left out."""
    return outcome_values(blocks, trials, requests_per_cpu_second)


def _rows(record: CampaignRecord, look: Look, blocks: Sequence[BlockValues]) -> Iterable[CpuCell]:
    twins = {cell.id for cell in record.plan.cells if cell.twin}
    for cell, value in look.log_rates().items():
        if cell in twins:
            continue
        own = [float(group.values[group.cells.index(cell)]) for group in blocks if cell in group.cells]
        half = t_interval(np.array(own))
        low, high = (None, None) if half is None else (1e6 * np.exp(-value - half), 1e6 * np.exp(-value + half))
        rate, rate_low, rate_high = ratio_of(cell, record.plan.reference, look)
        yield CpuCell(
            cell=cell,
            microseconds=1e6 * float(np.exp(-value)),
            low=low,
            high=high,
            ratio=None if rate is None else 1 / rate,
            ratio_low=None if rate_high is None else 1 / rate_high,
            ratio_high=None if rate_low is None else 1 / rate_low,
        )
