"""What the next blocks must measure: first every cell, then only pairs that are undecided."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from harness.analysis.compare.gate import gate
from harness.analysis.compare.variants import judge
from harness.analysis.inference.unresolved import Unresolved, unresolved
from harness.analysis.ranking.ranking import rank
from harness.analysis.trials.eligible import met_others
from harness.analysis.tuning.race import still_racing
from harness.campaign.plan.grouping import Met, meetings
from harness.model.asked.diff import Diff
from harness.model.asked.gate import Metric
from harness.model.found.ranking import RankedCell
from harness.model.found.variants import ScenarioVariants, VariantComparison
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import LatencyWindow
from harness.model.measured.trial import Trial

DECIDED: Final[tuple[Metric, ...]] = ("throughput", "cpu")
"""What a campaign of two variants goes on for."""

Need = Mapping[str, frozenset[str]]
"""Scenario id -> ids of the cells that must be driven in it. A scenario that needs nothing is not in it."""


def next_round(record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow] = ()) -> Need:
    """What is still to be measured; empty when nothing is.

    Cells that had fewer blocks than the plan's fewest come first, and those that were alone in one and are calm again;
    alone but for the reference and its twin, which go with all.
    After them whatever is unresolved; of two variants, throughput and CPU until they are decided, or the thresholds of
    their gate; of configurations that race, those that may still be the best. A gate or a limit of response times asks
    for `windows`. A campaign of one cell, which has nothing to resolve, goes on until the interval of its own figure is
    as narrow as the difference that matters.
    Cells that failed, or had as many blocks as the plan allows, are left out.
    """
    had = blocks_had(record, trials)
    living = frozenset(cell.id for cell in record.plan.cells) - {failure.cell for failure in record.failures}
    fresh = frozenset(cell for cell in living if had[cell] < record.plan.min_blocks)
    fresh |= calm_again(record, trials) & living
    open_now = everything(record) if fresh else _open(record, trials, windows)
    able = fresh or frozenset(cell for cell in living if had[cell] < record.plan.max_blocks)
    company = record.plan.reference_cells & living
    return {scenario: cells & (able | company) for scenario, cells in open_now.items() if cells & able}


def _open(record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow]) -> Need:
    if record.tuning:
        racing = still_racing(record, trials, windows)
        return {scenario.id: racing | record.plan.reference_cells for scenario in record.plan.scenarios if racing}
    if variants := variants_so_far(record, trials, windows, usual_looks_only=True):
        return _undecided(record, variants)
    if sum(not cell.twin for cell in record.plan.cells) > 1:
        return {one.scenario: one.cells for one in open_scenarios(record, trials)}
    rankings = rank(record, trials).scenarios
    narrow = {name for name, found in rankings.items() if all(_is_narrow(row, record.plan.delta) for row in found.rows)}
    return {name: cells for name, cells in everything(record).items() if name not in narrow}


def variants_so_far(
    record: CampaignRecord, trials: Sequence[Trial], windows: Sequence[LatencyWindow], *, usual_looks_only: bool
) -> VariantComparison | None:
    """B against A in what a campaign goes on for; None where it compares no variants."""
    cells = {cell.app: cell for cell in record.plan.cells if not cell.twin}
    diff = record.diff
    if diff is None:
        return None
    found = judge(record, trials, windows, cells[diff.a.app], cells[diff.b.app], usual_looks_only=usual_looks_only)
    return found.model_copy(update={"scenarios": tuple(_asked_for(one, diff) for one in found.scenarios)})


def _asked_for(scenario: ScenarioVariants, diff: Diff) -> ScenarioVariants:
    """Memory and response times are reported as far as they are known by then: they vary more from start to start.
    Where a gate asks for them the campaign goes on for them too."""
    asked = {*DECIDED, *(threshold.metric for threshold in diff.thresholds)}
    return scenario.model_copy(update={"metrics": tuple(one for one in scenario.metrics if one.metric in asked)})


def _undecided(record: CampaignRecord, found: VariantComparison) -> Need:
    """All cells in the scenarios in which a metric has no verdict; with a gate, in which it is not decided."""
    thresholds = record.diff.thresholds if record.diff else ()
    undecided = {scenario.scenario for scenario, change in found.changes() if change.verdict == "unresolved"}
    if thresholds:
        undecided = {one.scenario for one in gate(found, thresholds).checks if one.outcome == "inconclusive"}
    return {name: needed for name, needed in everything(record).items() if name in undecided}


def _is_narrow(row: RankedCell, delta: float) -> bool:
    return row.rps_high is not None and row.rps_high <= row.rps * (1 + delta)


def calm_again(record: CampaignRecord, trials: Sequence[Trial]) -> frozenset[str]:
    """Cells set apart for what they used while idle, seen calm since, and not yet measured beside others."""
    completed = frozenset(record.completed_blocks)
    had = blocks_had(record, trials)
    calm = frozenset(cell for cell, facts in record.cells.items() if facts.idle_cpu_share == 0 and had[cell] == 1)
    return calm - met_others([trial for trial in trials if trial.block in completed])


def is_first_round(record: CampaignRecord, trials: Sequence[Trial]) -> bool:
    """Whether a cell that has not failed was in no complete block yet."""
    had, failed = blocks_had(record, trials), {failure.cell for failure in record.failures}
    return any(not had[cell.id] for cell in record.plan.cells if cell.id not in failed)


def blocks_had(record: CampaignRecord, trials: Sequence[Trial]) -> Counter[str]:
    """Complete blocks that each cell was measured in."""
    completed = frozenset(record.completed_blocks)
    return Counter(cell for cell, block in {(trial.cell, trial.block) for trial in trials} if block in completed)


def met_so_far(record: CampaignRecord, trials: Sequence[Trial]) -> Met:
    """How often two cells were measured in one complete block."""
    groups: dict[int, set[str]] = {block: set() for block in record.completed_blocks}
    for trial in trials:
        if trial.block in groups:
            groups[trial.block].add(trial.cell)
    return meetings(groups.values())


def everything(record: CampaignRecord) -> Need:
    """Every cell in every scenario its application answers."""
    return {
        scenario.id: frozenset(
            cell.id for cell in record.plan.cells if not record.why_not(cell.app, cell.server, scenario.id)
        )
        for scenario in record.plan.scenarios
    }


def open_scenarios(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[Unresolved, ...]:
    """The scenarios with an undecided pair, and how far its decision is away."""
    return tuple(scenario for scenario in unresolved(record, trials) if not scenario.resolved)
