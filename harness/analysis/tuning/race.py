"""The race of configurations: who may still be the best, and which pairs would settle it.

A configuration leaves when another one was called better than it by the ranking's simultaneous intervals, over all
pairs and all looks. So the truly best one is lost in at most 5 % of campaigns, whenever they end. The time goes to
fewer and fewer, as in successive halving (Karnin, Koren & Somekh 2013, ICML 28:1238-1246); how many leave is decided by
intervals, and not fixed beforehand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from harness.analysis.inference.inference import Inference, infer, is_void
from harness.analysis.inference.verdicts import Look, judge
from harness.analysis.latency.latency import latency_rows
from harness.model.found.tuning import LimitState
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyRow, LatencyWindow, Percentile
from harness.model.measured.trial import Trial

TAIL: Final = 0.99
LEAST_BLOCKS: Final = 2
"""With windows, before a configuration is called over the limit: another start may do better than one did."""


@dataclass(frozen=True)
class Standings:
    """`contenders`: those that none was called better than, by falling throughput; `leader`: the first of them that
    keeps the limit, or the first of all. `slower`: each other one, with the fastest that was called better. `over`:
    whose p99 is surely above the limit. `limits`: of each contender. `open`: the contenders that are not known to be
    tied with the leader, or to keep the limit."""

    leader: str | None = None
    contenders: tuple[str, ...] = ()
    slower: Mapping[str, str] = field(default_factory=dict)
    over: frozenset[str] = frozenset()
    limits: Mapping[str, LimitState] = field(default_factory=dict)
    open: frozenset[str] = frozenset()


def still_racing(record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow]) -> frozenset[str]:
    """The cells that must be measured on, the leader among them; none where the race is over."""
    (inference,) = infer(record, trials).values()
    return racing(record, inference, limits_of(record, inference.scenario.id, windows))


def racing(record: CampaignRecord, inference: Inference, limits: Mapping[str, LimitState | None]) -> frozenset[str]:
    """The same from an inference that was made before. It is judged at the last usual look that was reached: asking
    after each block costs nothing of the error."""
    look = judge(
        inference.blocks, record.completed_blocks, inference.delta, record.plan.reference_cells, usual_looks_only=True
    )
    found = standings(record, inference, look, limits)
    return found.open | {found.leader} if found.open and found.leader else frozenset()


def standings(
    record: CampaignRecord, inference: Inference, look: Look | None, limits: Mapping[str, LimitState | None]
) -> Standings:
    """Who is where, by the verdicts of `look`; throughput is that of the last look. `limits`: by cell, None where its
    p99 is surely above the limit."""
    rates = inference.look.log_rates() if inference.look else {}
    twins = record.plan.reference_cells - {record.plan.reference}
    gone = {failure.cell for failure in record.failures}
    known = sorted((cell for cell in rates if cell not in twins | gone), key=lambda cell: -rates[cell])
    over = frozenset(cell for cell in known if limits.get(cell, "none") is None)
    able = [cell for cell in known if limits.get(cell, "none") in {"none", "kept"}]
    beaten = _beaten(look, record.plan.reference_cells)
    slower = {cell: faster for cell in known if (faster := _first(able, beaten.get(cell, frozenset())))}
    contenders = tuple(cell for cell in known if cell not in slower and cell not in over)
    leader = _first(contenders, frozenset(able)) or _first(contenders, frozenset(contenders))
    states: dict[str, LimitState] = {cell: limits.get(cell, "none") or "unknown" for cell in contenders}
    unsettled = frozenset(
        cell
        for cell in contenders
        if states[cell] == "unknown" or (cell != leader and not (look and _tied(look, cell, leader)))
    )
    return Standings(leader, contenders, slower, over, states, unsettled)


def _beaten(look: Look | None, references: frozenset[str]) -> dict[str, set[str]]:
    """By cell, all that were called better than it; nothing is where the reference differs from its twin."""
    found: dict[str, set[str]] = {}
    if look is None or is_void(look, references):
        return found
    for pair in look.pairs.values():
        if pair.verdict == "better":
            found.setdefault(pair.second, set()).add(pair.first)
    return found


def _first(ordered: Sequence[str], wanted: set[str] | frozenset[str]) -> str | None:
    return next((cell for cell in ordered if cell in wanted), None)


def _tied(look: Look, one: str, other: str | None) -> bool:
    pair = look.pairs.get((one, other or "")) or look.pairs.get((other or "", one))
    return pair is not None and pair.verdict == "tied"


def limits_of(record: CampaignRecord, scenario: str, windows: Sequence[LatencyWindow]) -> dict[str, LimitState | None]:
    """By cell, whether its p99 keeps the limit; None where it is surely above. Empty without a limit."""
    limit_s = record.tuning.p99_s if record.tuning else None
    if limit_s is None:
        return {}
    return {row.cell: _state(row, limit_s) for row in latency_rows(record, windows).get(scenario, ())}


def tail_of(row: LatencyRow) -> Percentile | None:
    """The row's p99."""
    return next((one for one in row.percentiles if one.share == TAIL), None)


def _state(row: LatencyRow, limit_s: float) -> LimitState | None:
    tail = tail_of(row)
    if tail is None or (tail.seconds is None and tail.takes is not None):
        return "unknown"  # not measured, or by too few requests
    if tail.high is not None and tail.high <= limit_s:
        return "kept"
    surely = tail.seconds is None or (tail.low is not None and tail.low > limit_s)  # never answered is later than any
    return None if surely and len(row.blocks) >= LEAST_BLOCKS else "unknown"
