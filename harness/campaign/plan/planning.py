"""From what was found and what was asked for to a plan. Pure functions; every random choice comes from the seed."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Final, NamedTuple

from harness.campaign.plan.grouping import Met, balanced_groups
from harness.catalog.filters import ALL, matching
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell, DatabaseKind
from harness.model.asked.scenario import ScenarioManifest
from harness.model.errors import UsageError
from harness.model.measured.campaign import Plan
from harness.model.measured.load import DRAIN_S, Slice
from harness.model.notice import Notice
from harness.under_test.launch.servers import SERVERS

GROUP_SIZE: Final = 8
"""Cells that take turns in one rotation: more would put a cell's slices too far apart (docs/method.md)."""

NONE: Final = "none"
REFERENCE: Final = ("raw-asgi", "uvicorn")
WAVES: Final = 4
"""A slice counts at least this many times what one request takes when all connections wait (connections / pace)."""


@dataclass(frozen=True)
class Choice:
    """An application on one of its servers, as the filters left it. `most_workers`: that this server can run, None for
    any number."""

    application: AppManifest
    server: str
    most_workers: int | None = None


def cells_of(choices: Iterable[Choice], *, workers: int, database: DatabaseKind, interpreter: str) -> tuple[Cell, ...]:
    """A cell for each choice, in a fixed order, with as many of the wanted workers as its server can run."""
    return tuple(
        Cell(
            app=c.application.id,
            server=c.server,
            workers=min(SERVERS[c.server].workers(workers), c.most_workers or workers),
            database=database,
            interpreter=interpreter,
        )
        for c in sorted(choices, key=lambda c: (c.application.id, c.server))
    )


def short_of_workers(cells: Iterable[Cell], wanted: int) -> tuple[Notice, ...]:
    """Which servers run fewer worker processes than were wanted, having no option for more."""
    fewer = {_runner(cell): cell.workers for cell in cells if cell.workers < wanted}
    return tuple(
        Notice(
            code="fewer-workers",
            seen=f"{server} runs {workers} worker process where others run {wanted}: it has no option for more",
            mend="compare its microseconds per request, or measure all with --server-workers 1",
        )
        for server, workers in fewer.items()
    )


def _runner(cell: Cell) -> str:
    """What runs the cell, for people: two applications' own servers are not the same one."""
    return f"{cell.app}'s own server" if SERVERS[cell.server].argv is None else cell.server


def seen_short_of_workers(cell: Cell, processes: int, threads: int) -> tuple[Notice, ...]:
    """An own server that is given {workers} and runs fewer, be they processes or threads, as they were seen."""
    if SERVERS[cell.server].argv is not None or max(processes, threads) >= cell.workers:
        return ()
    return (
        Notice(
            code="fewer-workers",
            seen=f"{_runner(cell)} was to run {cell.workers} workers, and {processes} process"
            f"{'' if processes == 1 else 'es'} with {threads} thread{'' if threads == 1 else 's'} was seen",
            mend="have its command or its configuration obey {workers}, or measure all with --server-workers 1",
        ),
    )


def waiting_with_workers(cells: Iterable[Cell]) -> tuple[Notice, ...]:
    """Which servers make clients wait as soon as they run more than one worker, as some do here."""
    waiting = {cell.server for cell in cells if cell.workers > 1 and SERVERS[cell.server].nagle_with_workers}
    return tuple(
        Notice(
            code="waits-with-workers",
            seen=f"{server} with several workers leaves Nagle's algorithm on: on a connection that is kept an answer"
            " may wait some 40 ms for the acknowledgement of its first part, here as in production",
            mend="read its figures as those of this wait, or measure it with --server-workers 1",
        )
        for server in sorted(waiting)
    )


def reference_of(cells: Sequence[Cell], wanted: str | None) -> Cell:
    """The cell that all others are compared with: `wanted` as `app` or `app@server`, else the bare ASGI callable, else
    the first.

    Raises UsageError where the wanted one is not among the cells.
    """
    app, _, server = (wanted or "@".join(REFERENCE)).partition("@")
    for cell in cells:
        if cell.app == app and server in ("", cell.server):
            return cell
    if wanted is None:
        return cells[0]
    raise UsageError(
        f"{wanted!r} is not among the cells of this campaign",
        where="--reference",
        mend="choose one of: " + ", ".join(f"{cell.app}@{cell.server}" for cell in cells),
    )


def with_twin(cells: Sequence[Cell], reference: Cell) -> tuple[Cell, ...]:
    """The cells, and the reference once more under another name: how far apart it comes out is the noise floor."""
    return (*cells, reference.model_copy(update={"twin": 1}))


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


def answers(manifests: Mapping[str, AppManifest], cell: Cell, scenario: ScenarioManifest) -> bool:
    """Whether the cell's application answers the scenario."""
    return scenario.id in manifests[cell.app].scenarios


def closed_slice(
    plan: Plan,
    target: str,
    scenario: ScenarioManifest,
    pace: float | None,
    *,
    rotation: int = 0,
    counted: bool = False,
    shortest_s: float = 0.0,
) -> Slice:
    """A slice of the closed model at the scenario's ranking level, `shortest_s` long or longer, for a cell that is
    thought to answer `pace` requests per second (None: not known yet)."""
    shortest_s = max(plan.shape.length_s, shortest_s)
    waves = whole_waves(plan, scenario.rank.at.connections, pace, shortest_s)
    return Slice(
        rotation=rotation,
        target=target,
        scenario=scenario.id,
        level=scenario.rank.at,
        burn_in_s=waves.burn_in_s,
        length_s=waves.length_s,
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


def rotation_of(
    plan: Plan,
    cells: Sequence[Cell],
    scenario: ScenarioManifest,
    paces: Mapping[str, float],
    *,
    number: int,
    order: random.Random,
) -> list[Slice]:
    """One slice of each cell in random order, at the scenario's ranking level."""
    shuffled = order.sample(list(cells), len(cells))
    return [
        closed_slice(plan, cell.id, scenario, paces.get(cell.id), rotation=number, counted=True) for cell in shuffled
    ]


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
            counted=False,
            spins=plan.spins,
        )
        for cell in cells
    ]
