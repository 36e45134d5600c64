"""Effects told apart: what the framework costs over the bare callable, and what the server adds."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from harness.analysis.inference import Inference, infer
from harness.model.campaign import CampaignRecord
from harness.model.cell import Cell
from harness.model.ranking import Effect
from harness.model.trial import Trial
from harness.stats.robust import t_interval


def effects(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[Effect, ...]:
    """Every framework's cost over the bare callable on the same server, and every server's over the application's first
    one of the same interface, for each scenario where both have figures."""
    return effects_of(record, infer(record, trials))


def effects_of(record: CampaignRecord, inferences: Mapping[str, Inference]) -> tuple[Effect, ...]:
    """The same from what was inferred already."""
    return tuple(
        effect
        for inference in inferences.values()
        if inference.look is not None
        for pair in (*_over_the_floor(record), *_over_the_first_server(record))
        if (effect := _effect(inference, *pair)) is not None
    )


def _over_the_floor(record: CampaignRecord) -> Iterator[tuple[str, Cell, Cell]]:
    """("framework", cell, the bare callable in the same place)."""
    floors = {_place(cell): cell for cell in _shown(record) if _tier(record, cell) == "floor"}
    for cell in _shown(record):
        if _tier(record, cell) != "floor" and _place(cell) in floors:
            yield "framework", cell, floors[_place(cell)]


def _over_the_first_server(record: CampaignRecord) -> Iterator[tuple[str, Cell, Cell]]:
    """("server", cell, the same application on the first of its servers that is in the plan and calls it alike).

    They may run different numbers of workers: what is told is the time of one.
    """
    first: dict[tuple[object, ...], Cell] = {}
    for cell in sorted(_shown(record), key=lambda cell: _turn(record, cell)):
        base = first.setdefault((cell.app, record.interfaces.get(cell.server), cell.database, cell.interpreter), cell)
        if base != cell:
            yield "server", cell, base


def _effect(inference: Inference, kind: str, cell: Cell, base: Cell) -> Effect | None:
    """Differences inside blocks of the time a request takes one worker: workers / rate. None without a common block."""
    own, other = inference.own_values(cell.id), inference.own_values(base.id)
    common = sorted(own.keys() & other.keys())
    if not common:
        return None
    busy = 1e6 * cell.workers * np.exp([-own[block] for block in common])
    bare = 1e6 * base.workers * np.exp([-other[block] for block in common])
    half, mean = t_interval(busy - bare), float((busy - bare).mean())
    return Effect.model_validate(
        {
            "kind": kind,
            "scenario": inference.scenario.id,
            "cell": cell.id,
            "base": base.id,
            "microseconds": mean,
            "low": None if half is None else mean - half,
            "high": None if half is None else mean + half,
            "base_microseconds": float(bare.mean()),
            "blocks": len(common),
        }
    )


def _shown(record: CampaignRecord) -> list[Cell]:
    return [cell for cell in record.plan.cells if cell.twin == 0]


def _place(cell: Cell) -> tuple[object, ...]:
    return cell.server, cell.workers, cell.database, cell.interpreter


def _tier(record: CampaignRecord, cell: Cell) -> str | None:
    application = record.applications.get(cell.app)
    return application.tier if application else None


def _turn(record: CampaignRecord, cell: Cell) -> int:
    """Where the cell's server stands in the application's manifest."""
    application = record.applications.get(cell.app)
    servers = application.servers if application else ()
    return servers.index(cell.server) if cell.server in servers else len(servers)
