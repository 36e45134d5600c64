"""What of a plan is measured in each block, and for how long. Pure; every random choice comes from the seed."""

import random
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from math import ceil
from types import MappingProxyType
from typing import Final, NamedTuple

from harness.campaign.plan.grouping import Met, balanced_groups
from harness.catalog.filters import ALL, matching
from harness.model.asked.cell import Cell
from harness.model.asked.request import Level
from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.campaign import Plan, SliceShape
from harness.model.measured.load import DRAIN_S, Slice
from harness.under_test.services.upstream_server import DELAY_S

GROUP_SIZE: Final = 8
"""Cells that take turns in one rotation: more would put a cell's slices too far apart (docs/method.md)."""

NONE: Final = "none"
WAVES: Final = 4
"""A slice counts at least this many times what one request takes when all connections wait (connections / pace)."""
UPSTREAM_WAVES: Final = 10
"""The same of what a server answers in each delay of the upstream, where most connections wait for a free place."""
UPSTREAM_DRAIN_S: Final = 30.0
"""How long the last answers may take where requests wait for the upstream: a server with one thread answers 20 a
second, and the last of 256 connections waits 13 s."""


def groups_of(cells: Sequence[Cell], reference: Cell, dice: random.Random, met: Met) -> list[tuple[Cell, ...]]:
    """Cells in groups of at most GROUP_SIZE and nearly equal size, reference and twin in each; beside each other those
    that have met least."""
    home = [cell for cell in cells if cell.is_or_repeats(reference)]
    others = {cell.id: cell for cell in cells if cell not in home}
    count = max(1, -(-len(others) // (GROUP_SIZE - len(home))))
    groups = balanced_groups(list(others), count, met, dice)
    return [(*home, *(others[name] for name in group)) for group in groups]


def blocks_of_a_round(
    plan: Plan, need: Mapping[str, frozenset[str]], alone: frozenset[str], turn: int, met: Met
) -> list[tuple[Cell, ...]]:
    """The cells of each block of a round: those needed in any scenario, in groups, those of `alone` by themselves. The
    reference and its twin go with every group; they make none of their own beside others."""
    needed = frozenset[str]().union(*need.values())
    lone: list[tuple[Cell, ...]] = [(cell,) for cell in plan.cells if cell.id in needed & alone]
    together = [cell for cell in plan.cells if cell.id in needed - alone]
    if lone and plan.reference_cells.issuperset(cell.id for cell in together):
        return lone
    return [*groups_of(together, plan.reference_cell, block_dice(plan, -1 - turn), met), *lone]


def latency_scenarios(scenarios: Sequence[ScenarioManifest], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """Ids of those whose latency is measured, in their own order: all, as by default, none, or what the patterns in
    `wanted` name. Raises UsageError where a pattern matches none."""
    ids = [scenario.id for scenario in scenarios]
    if wanted is None or ALL in wanted:
        return tuple(ids)
    return () if tuple(wanted) == (NONE,) else matching(ids, wanted, option="--latency")


def block_dice(plan: Plan, block: int) -> random.Random:
    """The random numbers of one block: the same for the same seed and block, whatever ran before."""
    return random.Random(f"{plan.seed}:{block}")


def closed_slice(
    plan: Plan,
    target: str,
    scenario: ScenarioManifest,
    pace: float | None,
    *,
    rotation: int = 0,
    counted: bool = False,
    shortest_s: float = 0.0,
    level: Level | None = None,
) -> Slice:
    """A slice of the closed model at the scenario's ranking level, or at `level`, `shortest_s` long or longer, for a
    cell that is thought to answer `pace` requests per second (None: not known yet)."""
    shortest_s = max(plan.shape.length_s, shortest_s)
    level = level or scenario.rank.at
    waves = waves_of_upstream(scenario, pace) or whole_waves(plan, level.connections, pace, shortest_s)
    return Slice(
        rotation=rotation,
        target=target,
        scenario=scenario.id,
        level=level,
        burn_in_s=waves.burn_in_s,
        length_s=waves.length_s,
        drain_s=drain_of(scenario),
        counted=counted,
        spins=plan.spins,
    )


class Waves(NamedTuple):
    """A slice's burn-in, and its length with it, in seconds."""

    burn_in_s: float
    length_s: float


def whole_waves(plan: Plan, connections: int, pace: float | None, shortest_s: float) -> Waves:
    """How long a slice takes.

    All connections ask at the same moment when it begins, and a slow server may answer all of them at the same moment,
    connections / pace later, again and again: in waves. Where fewer than WAVES fit into the shortest slice, what is
    counted begins and ends half-way between two of them: an edge that lies on a wave would count a wave more or less.
    However slow the cell, no more are counted than the time of all rotations has room for, but one at least.
    """
    burn_in_s = plan.shape.burn_in_s
    wave_s = min(connections / pace, DRAIN_S) if pace else 0.0
    if WAVES * wave_s <= shortest_s - burn_in_s:
        return Waves(burn_in_s, shortest_s)
    burn_in_s = (ceil(max(0.0, burn_in_s / wave_s - 0.5)) + 0.5) * wave_s
    waves = min(WAVES, max(1, int((plan.shape.rotations_s - burn_in_s) / wave_s)))
    return Waves(burn_in_s, burn_in_s + waves * wave_s)


Driven = tuple[str, Level]
"""A cell, by id, and the level it is driven at."""


def at_ranking_level(paces: Mapping[Driven, float], scenario: ScenarioManifest) -> dict[str, float]:
    """By cell id."""
    return {cell: pace for (cell, level), pace in paces.items() if level == scenario.rank.at}


def repeated_with(plan: Plan, cells: Sequence[Cell], failing: AbstractSet[str], live: AbstractSet[str]) -> list[Cell]:
    """The failing cells, and beside them the reference and its twin, without which there is no ratio."""
    wanted = failing | plan.reference_cells & live
    return [cell for cell in cells if cell.id in wanted]


def waves_of_upstream(scenario: ScenarioManifest, pace: float | None) -> Waves | None:
    """How long a slice takes of a server that lets most connections wait for a free place, since it has few that may
    wait for the upstream; None for any other.

    Such a server answers as many as it has places at about the same moment, each delay of the upstream: those are the
    waves. What all connections together wait would make a slice of 8 threads 8 s long.
    """
    if not scenario.waits or not pace or scenario.rank.at.connections / pace < UPSTREAM_WAVES * DELAY_S:
        return None
    return Waves(1.5 * DELAY_S, (1.5 + UPSTREAM_WAVES) * DELAY_S)


def drain_of(scenario: ScenarioManifest) -> float:
    """Seconds that the last answers of a slice may take."""
    return UPSTREAM_DRAIN_S if scenario.waits else DRAIN_S


def rotation_of(
    plan: Plan,
    cells: Sequence[Cell],
    scenario: ScenarioManifest,
    paces: Mapping[Driven, float],
    *,
    number: int,
    order: random.Random,
) -> list[list[Slice]]:
    """One slice of each cell in random order, at the scenario's ranking level. Where the slope over the levels is
    ranked: of each cell one at each level, in random order and one right after the other, since they are compared with
    each other first."""
    shuffled, levels = order.sample(list(cells), len(cells)), scenario.in_every_rotation
    return [
        [
            closed_slice(
                plan, cell.id, scenario, paces.get((cell.id, level)), rotation=number, counted=True, level=level
            )
            for level in (order.sample(levels, len(levels)) if len(levels) > 1 else levels)
        ]
        for cell in shuffled
    ]


def ceiling_s(shape: SliceShape) -> float:
    """How long the generator itself is measured, in seconds: as long as four slices, at most half a second."""
    return min(0.5, 4 * shape.length_s)


def warm_up_of(
    plan: Plan, cells: Sequence[Cell], scenario: ScenarioManifest, longer: Mapping[str, float] = MappingProxyType({})
) -> list[Slice]:
    """One long uncounted slice of each cell; its pace sets the length of the counted ones. `longer`: seconds of cells
    that the plan's are too few for."""
    lengths = {cell.id: max(plan.shape.warm_up_s, longer.get(cell.id, 0.0)) for cell in cells}
    return [
        Slice(
            rotation=0,
            target=cell.id,
            scenario=scenario.id,
            level=scenario.rank.at,
            burn_in_s=lengths[cell.id] - plan.shape.warm_up_s / 2,
            length_s=lengths[cell.id],
            drain_s=drain_of(scenario),
            counted=False,
            spins=plan.spins,
        )
        for cell in cells
    ]
