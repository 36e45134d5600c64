"""What the race came to: the tie group of the best, cheapest first, who left and why, and what each knob brings."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final, get_args

import numpy as np

from harness.analysis.inference.inference import Inference, infer
from harness.analysis.latency.latency import latency_rows
from harness.analysis.ranking.costs import cost_of
from harness.analysis.ranking.settings import beside
from harness.analysis.trials.eligible import unranked_cells
from harness.analysis.tuning.race import Standings, limits_of, standings, tail_of
from harness.model.asked.cell import Cell
from harness.model.found.ranking import CellCost
from harness.model.found.tuning import Cause, Contender, Gone, Knob, KnobEffect, Tuned
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyRow, LatencyWindow
from harness.model.measured.trial import Trial

KNOBS: Final[tuple[Knob, ...]] = get_args(Knob)
UNKNOWN: Final = float("inf")


def tuned(record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow]) -> Tuned | None:
    """The answer as far as it is known; None where the campaign looks for no configuration."""
    tuning = record.tuning
    if tuning is None:
        return None
    (inference,) = infer(record, trials).values()
    scenario, look = inference.scenario, inference.look
    found = standings(record, inference, look, limits_of(record, scenario.id, windows))
    rows = {row.cell: row for row in latency_rows(record, windows).get(scenario.id, ())}
    contenders = _contenders(record, inference, found, rows)
    estimate = look is None or look.fit.variance is None or inference.void
    recommended = None if estimate else next((one.cell for one in contenders if one.limit != "unknown"), None)
    return Tuned(
        campaign=record.id,
        scenario=scenario.id,
        title=scenario.title,
        level=scenario.rank.at,
        unit=scenario.rank.unit,
        delta=inference.delta,
        p99_s=tuning.p99_s,
        share=record.plan.latency_share if record.plan.latency else None,
        candidates=sum(not cell.twin for cell in record.plan.cells),
        blocks=len(inference.completed),
        default=tuning.default,
        recommended=recommended,
        contenders=contenders,
        gone=tuple(_gone(record, inference, found, rows, {trial.cell for trial in trials})),
        knobs=tuple(_knobs(record, inference, recommended)) if recommended else (),
        settled=bool(contenders) and not found.open,
        estimate=estimate,
        void=inference.void,
    )


def _contenders(
    record: CampaignRecord, inference: Inference, found: Standings, rows: Mapping[str, LatencyRow]
) -> tuple[Contender, ...]:
    cells = {cell.id: cell for cell in record.plan.cells}
    costs = costs_of(inference)
    return tuple(
        _contender(inference, found, cells[cell], costs[cell], rows.get(cell))
        for cell in sorted(found.contenders, key=lambda cell: cheapness(cells[cell], costs[cell]))
    )


def costs_of(inference: Inference) -> dict[str, CellCost]:
    """By cell, over its blocks that count."""
    of_cell: dict[str, list[Trial]] = {}
    for (_, cell), trial in inference.counted.trials.items():
        of_cell.setdefault(cell, []).append(trial)
    return {cell: cost_of(trials) for cell, trials in of_cell.items()}


def together(cell: Cell) -> int:
    """Processes and threads that work on requests: workers x threads. A server without an option for threads counts as
    one thread a worker."""
    return cell.workers * (cell.threads or 1)


def cheapness(cell: Cell, cost: CellCost) -> tuple[int, int, float, float, str]:
    """What sorts the cheapest first: fewest workers x threads, then the smallest pool, then least memory, then least
    CPU time per request."""
    memory, cpu = cost.load_pss_bytes, cost.server_cpu_us
    return (
        together(cell),
        cell.pool or 0,
        UNKNOWN if memory is None else memory,
        UNKNOWN if cpu is None else cpu,
        cell.id,
    )


def _contender(inference: Inference, found: Standings, cell: Cell, cost: CellCost, row: LatencyRow | None) -> Contender:
    assert inference.look is not None, "a contender has a figure"
    assert found.leader is not None, "where there are contenders, one of them leads"
    rates = inference.look.log_rates()
    leads = cell.id == found.leader
    pair = None if leads else beside(inference, cell.id, found.leader)
    tail = tail_of(row) if row else None
    return Contender(
        cell=cell.id,
        rps=inference.scenario.rank.figure(float(np.exp(rates[cell.id]))),
        ratio=pair.ratio if pair else 1.0,
        low=pair.low if pair else 1.0,
        high=pair.high if pair else 1.0,
        tied=leads or (pair is not None and pair.verdict == "tied"),
        together=together(cell),
        memory_bytes=cost.load_pss_bytes,
        cpu_us=cost.server_cpu_us,
        limit=found.limits[cell.id],
        p99_s=tail.seconds if tail else None,
        p99_low_s=tail.low if tail else None,
        p99_high_s=tail.high if tail else None,
        blocks=len(inference.own_values(cell.id)),
    )


def _gone(
    record: CampaignRecord, inference: Inference, found: Standings, rows: Mapping[str, LatencyRow], seen: Set[str]
) -> Iterator[Gone]:
    """Those that are no contenders, in the order of the plan. `seen`: what was measured at all."""
    failed = {failure.cell: f"{failure.phase}: {failure.reason}" for failure in reversed(record.failures)}
    reasons = {one.cell: one.reason for one in unranked_cells(record, inference.counted.unranked)} | failed
    rates = inference.look.log_rates() if inference.look else {}
    for cell in record.plan.cells:
        if cell.twin or cell.id in found.contenders:
            continue
        cause, reason = _cause(cell.id, found, rows.get(cell.id), reasons)
        if cell.id not in seen | failed.keys():
            cause = "waiting"
        yield Gone(
            cell=cell.id,
            cause=cause,
            than=found.slower.get(cell.id) if cause == "slower" else None,
            reason=reason,
            rps=inference.scenario.rank.figure(float(np.exp(rates[cell.id]))) if cell.id in rates else None,
            blocks=len(inference.own_values(cell.id)),
        )


def _cause(cell: str, found: Standings, row: LatencyRow | None, reasons: Mapping[str, str]) -> tuple[Cause, str]:
    """And the reason, where the cause does not say all."""
    if cell in found.over:
        return "over-limit", _how_far(row)
    return ("slower", "") if cell in found.slower else ("failed", reasons.get(cell, "it has no figure"))


def _how_far(row: LatencyRow | None) -> str:
    tail = tail_of(row) if row else None
    if tail is None:
        return ""
    if tail.seconds is None or tail.low is None:
        return tail.reason
    return f"p99 {1000 * tail.seconds:.3g} ms, {1000 * tail.low:.3g} ms at least"


def _knobs(record: CampaignRecord, inference: Inference, recommended: str) -> Iterator[KnobEffect]:
    """The recommended cell beside each one that differs from it in one knob alone, and has a figure."""
    cells = {cell.id: cell for cell in record.plan.cells if not cell.twin}
    best = cells[recommended]
    for knob in KNOBS:
        for other in cells.values():
            if other != best and _but(other, knob) == _but(best, knob):
                found = beside(inference, best.id, other.id)
                if found is not None:
                    yield KnobEffect(knob=knob, cell=best.id, other=other.id, **found._asdict())


def _but(cell: Cell, knob: Knob) -> Cell:
    return cell.model_copy(update={knob: None})
