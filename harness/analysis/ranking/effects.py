"""Effects, distinguished: what the framework costs over the bare callable, and what the server adds."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference, infer
from harness.model.asked.cell import Cell
from harness.model.found.ranking import Effect
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.stats.robust import t_interval
from harness.stats.welch import welch

CONFIDENCE: Final = 0.95


def effects(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[Effect, ...]:
    """Every framework's cost over the bare callable on the same server, and every server's over the application's first
    one of the same interface, for each scenario where both have figures."""
    return effects_of(record, infer(record, trials))


def effects_of(record: CampaignRecord, inferences: Mapping[str, Inference]) -> tuple[Effect, ...]:
    """Effects from an inference that was made before."""
    references = record.plan.reference_cells
    return tuple(
        effect
        for inference in inferences.values()
        if inference.look is not None
        for pair in (*_over_the_floor(record), *_over_the_first_server(record))
        if (effect := _effect(inference, references, *pair)) is not None
    )


def _over_the_floor(record: CampaignRecord) -> Iterator[tuple[str, Cell, Cell]]:
    """("framework", cell, the bare callable in the same place)."""
    floors = {_place(cell): cell for cell in _shown(record) if _tier(record, cell) == "floor"}
    for cell in _shown(record):
        if _tier(record, cell) != "floor" and _place(cell) in floors:
            yield "framework", cell, floors[_place(cell)]


def _over_the_first_server(record: CampaignRecord) -> Iterator[tuple[str, Cell, Cell]]:
    """("server", cell, the same application on the first of its servers that is in the plan and calls it alike).

    They may run different numbers of workers: what is reported is the time of one. Where the first server runs several,
    the one with as many workers, threads and connections
    is taken.
    """
    first: dict[tuple[object, ...], list[Cell]] = {}
    for cell in sorted(_shown(record), key=lambda cell: _turn(record, cell)):
        place = (cell.app, record.interfaces.get(cell.server), cell.database, cell.interpreter)
        bases = first.setdefault(place, [])
        if not bases or bases[0].server == cell.server:
            bases.append(cell)
        else:
            yield "server", cell, min(bases, key=partial(_distance, cell))


def _distance(cell: Cell, base: Cell) -> tuple[bool, ...]:
    settings = ("workers", "threads", "runtime_threads", "pool")
    return tuple(getattr(base, setting) != getattr(cell, setting) for setting in settings)


def _effect(inference: Inference, references: AbstractSet[str], kind: str, cell: Cell, base: Cell) -> Effect | None:
    """The difference of the time a request takes one worker: inside the blocks where the two have met, or, where they
    have met too seldom for an interval and each had blocks enough, of their means (Welch). None where one has none."""
    own, other = _microseconds(inference, references, cell), _microseconds(inference, references, base)
    if not own or not other:
        return None
    common = sorted(own.keys() & other.keys())
    inside = len(common) > 1 or (common and min(len(own), len(other)) == 1)
    busy, bare = (np.array([times[block] for block in (common if inside else times)]) for times in (own, other))
    if inside:
        mean, half = float((busy - bare).mean()), t_interval(busy - bare)
    else:
        mean, half = welch(bare, busy, CONFIDENCE)
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
            "blocks": min(len(busy), len(bare)),
        }
    )


def _microseconds(inference: Inference, references: AbstractSet[str], cell: Cell) -> dict[int, float]:
    """The time a request takes one worker, workers / rate, by block, as if the references had gone alike in all."""
    values = inference.aligned_values(cell.id, references)
    return {block: 1e6 * cell.workers * float(np.exp(-value)) for block, value in values.items()}


def _shown(record: CampaignRecord) -> list[Cell]:
    return [cell for cell in record.plan.cells if cell.twin == 0]


def _place(cell: Cell) -> tuple[object, ...]:
    threads = cell.threads, cell.runtime_threads
    return cell.server, cell.workers, *threads, cell.pool, cell.database, cell.interpreter


def _tier(record: CampaignRecord, cell: Cell) -> str | None:
    application = record.applications.get(cell.app)
    return application.tier if application else None


def _turn(record: CampaignRecord, cell: Cell) -> int:
    """Where the cell's server stands in the application's manifest."""
    application = record.applications.get(cell.app)
    servers = application.servers if application else ()
    return servers.index(cell.server) if cell.server in servers else len(servers)
