"""Profiles in a results folder -> explanations by scenario, with what the campaign measured apart from them."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from math import hypot
from statistics import fmean

from harness.analysis.layers.explanation import explain
from harness.model.found.explanation import Amount, Explanation
from harness.model.found.ranking import CpuCell, Ranking
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.profile import Profile


def explanations(record: CampaignRecord, ranking: Ranking, profiles: Sequence[Profile]) -> dict[str, Explanation]:
    """Of every planned scenario that has profiles of planned cells: each pair, the one that costs more first."""
    planned = [cell.id for cell in record.plan.cells]
    found = {one.id: _of_a_scenario(one.id, ranking, profiles, planned) for one in record.plan.scenarios}
    return {scenario: one for scenario, one in found.items() if one.cells}


def _of_a_scenario(scenario: str, ranking: Ranking, profiles: Sequence[Profile], planned: Sequence[str]) -> Explanation:
    costs: defaultdict[str, list[float]] = defaultdict(list)
    for profile in profiles:
        if profile.scenario == scenario:
            costs[profile.cell].append(profile.cpu_us)
    costly = sorted(filter(costs.__contains__, planned), key=lambda cell: -fmean(costs[cell]))
    return with_measured(explain(scenario, profiles, planned, combinations(costly, 2)), ranking)


def with_measured(found: Explanation, ranking: Ranking) -> Explanation:
    """With each difference as the campaign measured it apart from the profiles, where it did."""
    scenario = ranking.scenarios.get(found.scenario)
    measured = {row.cell: row for row in scenario.cpu.rows} if scenario and scenario.cpu else {}
    differences = tuple(
        pair.model_copy(update={"measured": _measured(measured.get(pair.first), measured.get(pair.second))})
        for pair in found.differences
    )
    return found.model_copy(update={"differences": differences})


def _measured(first: CpuCell | None, second: CpuCell | None) -> Amount | None:
    """The difference of two means, with the interval of two independent ones."""
    if first is None or second is None:
        return None
    us = first.microseconds - second.microseconds
    if first.low is None or first.high is None or second.low is None or second.high is None:
        return Amount(us=us)
    half = hypot((first.high - first.low) / 2, (second.high - second.low) / 2)
    return Amount(us=us, low=us - half, high=us + half)
