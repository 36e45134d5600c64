"""What a campaign would find lacking only after minutes, asked before anything is installed or measured."""

from harness.campaign.plan.planning import GROUP_SIZE
from harness.campaign.plan.preparation import Prepared
from harness.load.driver import refuse_long_names
from harness.load.open_files import demand, hard_limit
from harness.model.measured.campaign import Plan


def refuse_what_is_lacking(prepared: Prepared) -> None:
    """Raise EnvironmentRefused where the load process could not open its socket, or the connections of a level."""
    refuse_long_names()
    plan = prepared.record.plan
    if plan.load_workers:
        return  # they are elsewhere, and say themselves how many files they may have open
    most = -(-most_connections(plan) // plan.load_processes)
    demand(most, min(len(plan.cells), GROUP_SIZE), hard_limit(), where="open files")


def most_connections(plan: Plan) -> int:
    """To one target at the same time, at any level that is driven."""
    levels = [
        level
        for scenario in plan.scenarios
        for level in (*scenario.in_every_rotation, *(scenario.levels if plan.shape.levels_s else ()))
    ]
    return max((level.connections for level in levels), default=0)
