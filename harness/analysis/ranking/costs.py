"""What a cell costs, over its blocks."""

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from harness.model.found.ranking import CellCost
from harness.model.measured.trial import Cost, Trial


def cost_of(trials: Sequence[Trial]) -> CellCost:
    """One cell in one scenario: CPU and context switches of the server over all its blocks together, medians over them
    of the others. None where no block could tell."""
    costs = [trial.cost for trial in trials if trial.cost is not None]
    cpu_s = per_request(trials, lambda cost: cost.server_cpu_s)
    service_cpu_s = _median(cost.service_cpu_s_a_request for cost in costs)
    return CellCost(
        startup_s=_median(cost.startup_s for cost in costs),
        rest_pss_bytes=_median(cost.rest_pss_bytes for cost in costs),
        load_pss_bytes=_median(cost.load_pss_bytes for cost in costs),
        server_cpu_us=None if cpu_s is None else 1e6 * cpu_s,
        service_cpu_us=None if service_cpu_s is None else 1e6 * service_cpu_s,
        voluntary_switches=per_request(trials, lambda cost: cost.voluntary_switches),
        involuntary_switches=per_request(trials, lambda cost: cost.involuntary_switches),
        rest_switches_s=_median(cost.rest_switches_s for cost in costs),
        rest_cpu_share=_median(cost.rest_cpu_share for cost in costs),
    )


def per_request(trials: Iterable[Trial], spent: Callable[[Cost], float | None]) -> float | None:
    """What was spent on a request: both summed over the trials that know what was spent."""
    known = [(used, trial.answered) for trial in trials if trial.cost and (used := spent(trial.cost)) is not None]
    answered = sum(requests for _, requests in known)
    return sum(used for used, _ in known) / answered if answered else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
