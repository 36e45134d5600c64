"""Slices at a fixed rate, and the closed ones around them. They are no part of a rotation."""

from collections.abc import Sequence
from typing import Final

from harness.campaign.block.bench import Bench
from harness.campaign.block.driving import drive_whole
from harness.campaign.block.state import Block
from harness.campaign.plan.planning import closed_slice, drain_of, waves_of_upstream
from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.campaign import Plan
from harness.model.measured.load import Slice, SliceRecord

CAPACITY_S: Final = 0.3
"""Length of a closed slice that a capacity is taken from. Longer ones agree no better: what moves is the machine."""

BURN_IN_S: Final = 0.1
"""Of an open slice: until about as much is answered as falls due. Longer for a cell that takes longer to answer."""

BURN_IN_ROUNDS: Final = 2
"""At least so many times what a request takes when all connections wait (connections / capacity)."""

LONGEST_BURN_IN_S: Final = 5.0


def capacity_slice(plan: Plan, cell: str, scenario: ScenarioManifest, pace: float | None) -> Slice:
    """A closed slice that tells what the cell can do. `pace`: what it is thought to do, requests per second."""
    return closed_slice(plan, cell, scenario, pace, shortest_s=CAPACITY_S)


def settling_slice(plan: Plan, cell: str, scenario: ScenarioManifest, pace: float | None) -> Slice:
    """A short closed slice: afterwards nothing waits in the server, and every connection has carried a request."""
    return closed_slice(plan, cell, scenario, pace)


def open_slice(
    plan: Plan, cell: str, scenario: ScenarioManifest, *, rate: float, counted_s: float, capacity: float
) -> Slice:
    """Requests at `rate` a second, counted for `counted_s` after a burn-in.

    Some servers let a connection that has not asked anything yet hold a thread for seconds: a closed slice comes first.
    """
    few_places = waves_of_upstream(scenario, capacity)  # a request that finds one free takes as long as any other
    longest_wait_s = few_places.burn_in_s if few_places else scenario.rank.at.connections / capacity
    burn_in_s = min(LONGEST_BURN_IN_S, max(BURN_IN_S, BURN_IN_ROUNDS * longest_wait_s))
    return Slice(
        rotation=0,
        target=cell,
        scenario=scenario.id,
        level=scenario.rank.at,
        burn_in_s=burn_in_s,
        length_s=burn_in_s + counted_s,
        drain_s=drain_of(scenario),
        offered_rate=rate,
        counted=False,
        spins=plan.spins,
    )


def driven(bench: Bench, block: Block, slices: Sequence[Slice]) -> list[SliceRecord]:
    """Drive slices that are kept out of the block's trials, and look who has died meanwhile."""
    return drive_whole(bench, block, slices)[0]
