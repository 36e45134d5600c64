"""What a cell costs, over its blocks."""

from collections.abc import Iterable, Sequence
from statistics import median

from harness.model.found.ranking import CellCost
from harness.model.measured.trial import Trial


def cost_of(trials: Sequence[Trial]) -> CellCost:
    """One cell in one scenario: CPU of the server over all its blocks together, medians over them of the others. None
    where no block could tell."""
    costs = [(trial, trial.cost) for trial in trials if trial.cost is not None]
    known = [(cost.server_cpu_s, trial.answered) for trial, cost in costs if cost.server_cpu_s is not None]
    answered = sum(requests for _, requests in known)
    return CellCost(
        startup_s=_median(cost.startup_s for _, cost in costs),
        rest_pss_bytes=_median(cost.rest_pss_bytes for _, cost in costs),
        load_pss_bytes=_median(cost.load_pss_bytes for _, cost in costs),
        server_cpu_us=1e6 * sum(seconds for seconds, _ in known) / answered if answered else None,
        service_cpu_us=_median(
            None if cost.service_cpu_s_a_request is None else cost.service_cpu_s_a_request * 1e6 for _, cost in costs
        ),
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
