"""Two variants of one application that took turns in one campaign: what differs between them, and how surely."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, expm1, log1p
from typing import Final, get_args

import numpy as np

from harness.analysis.compare.looks import Values, look
from harness.analysis.inference.inference import Inference, infer
from harness.analysis.latency.by_block import percentile_by_block
from harness.analysis.latency.percentiles import takes
from harness.analysis.ranking.shown import finite_exp
from harness.analysis.trials.blocks import BlockValues
from harness.analysis.trials.outcomes import Outcome, cpu_per_request, memory_under_load, outcome_values
from harness.model.asked.cell import Cell
from harness.model.asked.gate import Metric
from harness.model.found.variants import MetricChange, ScenarioVariants, Variant, VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.stats.spending import looks_until, usual_looks_until

METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
COSTS: Final[Mapping[Metric, Outcome]] = {"cpu": cpu_per_request, "memory": memory_under_load}
TAIL: Final = 0.99
THROUGHPUTS_PART: Final = 0.5
"""Of the error, for requests per second of all scenarios; the other metrics share the rest. It is the metric that is
asked for first (docs/decisions/two-variants.md)."""


@dataclass(frozen=True)
class _Campaign:
    record: CampaignRecord
    windows: Sequence[LatencyWindow]
    recorded: frozenset[Metric]
    a: Cell
    b: Cell
    delta: float
    error: float
    usual_looks_only: bool

    @property
    def twin(self) -> Cell | None:
        """The first A/A twin of A."""
        return next((cell for cell in self.record.plan.cells if cell != self.a and cell.is_or_repeats(self.a)), None)

    def metrics(self, scenario: str) -> tuple[Metric, ...]:
        """Those that this campaign records of the scenario: known before any of their values is."""
        timed = scenario in self.record.plan.latency
        return tuple(one for one in METRICS if (timed if one == "p99" else one == "throughput" or one in self.recorded))

    def error_of(self, metric: Metric) -> float:
        """The part of the error that one metric of one scenario may spend."""
        scenarios = [scenario.id for scenario in self.record.plan.scenarios]
        others = sum(len(self.metrics(scenario)) - 1 for scenario in scenarios)
        if metric == "throughput":
            return self.error * (THROUGHPUTS_PART if others else 1.0) / len(scenarios)
        return self.error * (1 - THROUGHPUTS_PART) / others


def judge(
    record: CampaignRecord,
    trials: Sequence[Trial],
    windows: Sequence[LatencyWindow],
    a: Cell,
    b: Cell,
    *,
    delta: float | None = None,
    confidence: float = 0.95,
    names: tuple[str, str] | None = None,
    usual_looks_only: bool = False,
) -> VariantComparison:
    """B against A in every scenario and metric, with intervals that hold together, at whatever block this is asked.

    `a` and `b` are cells of the plan; a twin of `a` in it makes its values steadier, and shows how far A differs from
    itself. `delta`: the difference that matters, as a share of 1 (default: the plan's). `names`: of the two, for a
    reader. `usual_looks_only`: ignore blocks after the last usual look; a campaign that asks after every block whether
    to go on must ask so, or it would spend error that nobody counts.
    """
    matters = delta or record.plan.delta
    inferences = infer(record, trials, matters)
    recorded = frozenset(name for name, outcome in COSTS.items() if any(outcome(trial) for trial in trials))
    campaign = _Campaign(record, windows, recorded, a, b, matters, 1 - confidence, usual_looks_only)
    scenarios = tuple(_scenario(campaign, inference) for inference in inferences.values())
    first, second = names or _names(record, a, b)
    return VariantComparison(
        campaign=record.id,
        a=Variant(cell=a.id, name=first),
        b=Variant(cell=b.id, name=second),
        delta=matters,
        confidence=confidence,
        blocks=len(record.completed_blocks),
        scenarios=scenarios,
        notices=tuple(_notices(scenarios)),
    )


def _names(record: CampaignRecord, a: Cell, b: Cell) -> tuple[str, str]:
    titles = [record.applications[cell.app].title if cell.app in record.applications else cell.app for cell in (a, b)]
    shown = [f"{title} on {cell.server}" for title, cell in zip(titles, (a, b), strict=True)]
    return (shown[0], shown[1]) if shown[0] != shown[1] else (a.id, b.id)


def _notices(scenarios: Sequence[ScenarioVariants]) -> Iterator[Notice]:
    for scenario in scenarios:
        void = [change.metric for change in scenario.metrics if change.void]
        if void:
            seen = f"{scenario.scenario}: A was called different from its own twin ({', '.join(void)})"
            yield Notice(code="noise-floor", seen=seen, mend="nothing is claimed there; run again on a quieter machine")


def _scenario(campaign: _Campaign, inference: Inference) -> ScenarioVariants:
    scenario = inference.scenario
    return ScenarioVariants(
        scenario=scenario.id,
        title=scenario.title,
        level=scenario.rank.at,
        metrics=tuple(_change(campaign, inference, metric) for metric in campaign.metrics(scenario.id)),
    )


def _change(campaign: _Campaign, inference: Inference, metric: Metric) -> MetricChange:
    ranked = inference.scenario.rank
    values, reason = _values(campaign, inference, metric)
    times = (usual_looks_until if campaign.usual_looks_only else looks_until)(len(values.b))
    looked = (
        None
        if reason
        else look(
            values,
            times,
            error=campaign.error_of(metric),
            delta=log1p(campaign.delta),
            gain=1 if metric == "throughput" else -1,
            pace=len(inference.completed) / max(1, len(values.b)),
        )
    )
    if looked is None:
        return MetricChange(metric=metric, unit=ranked.unit, reason=reason or "too few blocks for a usual look")
    factor = ranked.figure(1.0) if metric == "throughput" else 1.0
    return MetricChange(
        metric=metric,
        unit=ranked.unit,
        verdict=looked.verdict,
        a=factor * exp(values.base[: times[-1]].mean()),
        b=factor * exp(values.b[: times[-1]].mean()),
        ratio=exp(looked.difference),
        low=finite_exp(looked.difference - looked.half_width),
        high=finite_exp(looked.difference + looked.half_width),
        blocks=times[-1],
        decided_at=looked.decided_at,
        blocks_more=looked.blocks_more,
        floor=None if looked.floor is None else expm1(looked.floor),
        void=looked.void,
    )


def _values(campaign: _Campaign, inference: Inference, metric: Metric) -> tuple[Values, str]:
    """The metric's values, and why there are none, empty where there are."""
    unranked = inference.counted.unranked
    for which, cell in (("A", campaign.a), ("B", campaign.b)):
        if reason := unranked.get(cell.id):
            return _NOTHING, f"{which}: {reason}"
    if metric == "p99":
        return _tails(campaign, inference)
    groups = inference.blocks
    if metric != "throughput":
        groups = outcome_values(groups, inference.counted.trials, COSTS[metric])
    cells = (campaign.a, campaign.twin, campaign.b)
    return _together(inference.completed, [_by_block(groups, cell) for cell in cells])


_NOTHING: Final = Values(*(np.array([]) for _ in range(3)))


def _by_block(groups: Sequence[BlockValues], cell: Cell | None) -> dict[int, float]:
    """The cell's value by block number; of a block that holds it in several groups, the first."""
    found: dict[int, float] = {}
    for group in groups:
        if cell is not None and cell.id in group.cells:
            found.setdefault(group.block, float(group.values[group.cells.index(cell.id)]))
    return found


def _together(completed: Sequence[int], cells: Sequence[Mapping[int, float]]) -> tuple[Values, str]:
    """The blocks that hold B, and A or its twin."""
    a, twin, b = cells
    blocks = [block for block in completed if block in b and (block in a or block in twin)]
    if not blocks:
        return _NOTHING, "no complete block holds it of both"
    return Values(*(np.array([values.get(block, np.nan) for block in blocks]) for values in cells)), ""


def _tails(campaign: _Campaign, inference: Inference) -> tuple[Values, str]:
    """p99 by block. One that is no time, since so many requests were never answered, leaves no figure at all: without
    it the variant would be the better for not answering."""
    found = []
    for which, cell in (("A", campaign.a), ("A's twin", campaign.twin), ("B", campaign.b)):
        blocks = {}
        if cell is not None:
            blocks = percentile_by_block(campaign.record, campaign.windows, inference.scenario.id, cell.id, TAIL)
        for block, one in blocks.items():
            if one.unanswered:
                return _NOTHING, f"{which}: over 1 % of requests were never answered rightly in block {block}"
        found.append({block: float(np.log(one.seconds)) for block, one in blocks.items() if one.seconds})
        most = max((one.due for one in blocks.values()), default=0)
        if which != "A's twin" and not found[-1]:
            return _NOTHING, f"{which}: takes {takes(TAIL):,} requests in a block; at most {most:,} were due"
    return _together(inference.completed, found)
