"""Was it the generator, or the upstream? Each trial says what limited it; one that these limited is not ranked."""

from collections.abc import Sequence

from harness.analysis.trials.bound import GENERATOR_BOUND, GIVE_IT_MORE, bound_of, of_upstream
from harness.campaign.block.bench import Bench
from harness.model.measured.load import SliceRecord
from harness.model.measured.trial import Bound, Trial
from harness.model.notice import Notice


def judged(bench: Bench, trial: Trial, slices: Sequence[SliceRecord]) -> Trial:
    """The trial with what limited it, and the gate it fails where that was the generator."""
    own = [record for record in slices if record.counted and _trial_of(record) == (trial.cell, trial.scenario)]
    bound = bound_of(
        [record for record in own if record.level == trial.level],
        generator_cores=bench.plan.generator_cores,
        server_share=_server_share(bench, trial),
        null_rps=bench.null_rps,
    )
    known = {gate.code for gate in trial.failed_gates}
    gates = (*trial.failed_gates, *_gate(bound)) if GENERATOR_BOUND not in known else trial.failed_gates
    return trial.model_copy(update={"bound": bound, "failed_gates": (*gates, *_upstream_gate(bench, trial))})


def _upstream_gate(bench: Bench, trial: Trial) -> tuple[Notice, ...]:
    spent = trial.cost.service_cpu_s_a_request if trial.cost else None
    if not bench.scenarios[trial.scenario].manifest.waits or not spent or not trial.duration_s:
        return ()
    gate = of_upstream(spent, trial.completions / trial.duration_s)
    return (gate,) if gate else ()


def _trial_of(record: SliceRecord) -> tuple[str, str]:
    return record.target, record.scenario


def _gate(bound: Bound) -> tuple[Notice, ...]:
    if bound.limit != GENERATOR_BOUND:
        return ()
    return (Notice(code=GENERATOR_BOUND, seen=bound.reason, mend=GIVE_IT_MORE),)


def _server_share(bench: Bench, trial: Trial) -> float | None:
    """Of the cores of server and services, what both used over the trial's slices; None where it is not known."""
    cost, cores = trial.cost, set(bench.cores.server) | set(bench.cores.services)
    if cost is None or cost.server_cpu_s is None or not cores:
        return None
    used = cost.server_cpu_s + (cost.service_cpu_s_a_request or 0.0) * trial.answered
    return used / (trial.wall_s * len(cores)) if trial.wall_s else None
