"""What the next block must measure: only pairs of cells that are neither tied nor told apart."""

from collections.abc import Mapping, Sequence

from harness.analysis.unresolved import Unresolved, unresolved
from harness.model.campaign import CampaignRecord
from harness.model.trial import Trial

Need = Mapping[str, frozenset[str]]
"""Scenario id -> ids of the cells that must be driven in it. A scenario that is resolved is not in it."""


def everything(record: CampaignRecord) -> Need:
    """Every cell in every scenario its application answers: what the first blocks measure."""
    return {
        scenario.id: frozenset(
            cell.id for cell in record.plan.cells if scenario.id in record.applications[cell.app].scenarios
        )
        for scenario in record.plan.scenarios
    }


def still_needed(record: CampaignRecord, trials: Sequence[Trial]) -> Need:
    """What is unresolved now; empty when every pair of every scenario has its verdict."""
    if not record.completed_blocks:
        return everything(record)
    return {scenario.scenario: scenario.cells for scenario in open_scenarios(record, trials)}


def open_scenarios(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[Unresolved, ...]:
    """The scenarios with a pair that is neither tied nor told apart, and how far that is away."""
    return tuple(scenario for scenario in unresolved(record, trials) if not scenario.resolved)
