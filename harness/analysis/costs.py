"""What a cell costs, over its blocks."""

from collections.abc import Iterable, Sequence
from statistics import median

from harness.model.ranking import CellCost
from harness.model.trial import Trial


def cost_of(trials: Sequence[Trial]) -> CellCost:
    """Medians over the blocks of one cell in one scenario; None where no block could tell."""
    costs = [(trial, trial.cost) for trial in trials if trial.cost is not None]
    return CellCost(
        startup_s=_median(cost.startup_s for _, cost in costs),
        rest_pss_bytes=_median(cost.rest_pss_bytes for _, cost in costs),
        load_pss_bytes=_median(cost.load_pss_bytes for _, cost in costs),
        server_cpu_us=_median(
            None if cost.server_cpu_s is None or not trial.answered else cost.server_cpu_s / trial.answered * 1e6
            for trial, cost in costs
        ),
        service_cpu_us=_median(
            None if cost.service_cpu_s_a_request is None else cost.service_cpu_s_a_request * 1e6 for _, cost in costs
        ),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
