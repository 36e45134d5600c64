"""The gap between the tiers: a framework as its documentation recommends it, over the same framework on shared data
access."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from harness.analysis.inference.inference import Inference, infer
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell
from harness.model.found.ranking import TierGap
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial


class Variants(NamedTuple):
    """Two cells of one framework that differ in tier, and in the server only where they must."""

    framework: str
    controlled: Cell
    idiomatic: Cell


def gaps(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[TierGap, ...]:
    """For each idiomatic cell whose framework has a controlled one in the plan, its ratio to that in every scenario
    where both have a figure. `uses.framework` of the manifests says which belong together."""
    return gaps_of(record, infer(record, trials))


def gaps_of(record: CampaignRecord, inferences: Mapping[str, Inference]) -> tuple[TierGap, ...]:
    """Gaps from an inference that was made before."""
    return tuple(
        gap
        for inference in inferences.values()
        for variants in _variants(record)
        if (gap := _gap(inference, variants)) is not None
    )


def _variants(record: CampaignRecord) -> Iterator[Variants]:
    """Every idiomatic cell with its controlled one: on the same server, or else on the framework's first one, with as
    many threads where it has them, and of several applications with the same serializer where there is such a one."""
    known = [(cell, app) for cell in record.plan.cells if cell.twin == 0 and (app := record.applications.get(cell.app))]
    for cell, app in known:
        if app.tier != "idiomatic" or not app.uses.framework:
            continue
        base = [(other, its) for other, its in known if _is_base(other, its, cell, app)]
        if base:
            nearest, _ = min(base, key=partial(_distance, cell, app))
            yield Variants(app.uses.framework, nearest, cell)


def _is_base(other: Cell, its: AppManifest, cell: Cell, app: AppManifest) -> bool:
    alike = all(getattr(other, name) == getattr(cell, name) for name in ("workers", "pool", "database", "interpreter"))
    return alike and its.tier == "controlled" and its.uses.framework == app.uses.framework


def _distance(cell: Cell, app: AppManifest, found: tuple[Cell, AppManifest]) -> tuple[bool, bool, bool, bool, int]:
    other, its = found
    unlike = other.threads != cell.threads, other.runtime_threads != cell.runtime_threads
    return other.server != cell.server, *unlike, its.uses.serializer != app.uses.serializer, _turn(other, its)


def _turn(cell: Cell, app: AppManifest) -> int:
    """Where the cell's server stands in its application's manifest."""
    return app.servers.index(cell.server) if cell.server in app.servers else len(app.servers)


def _gap(inference: Inference, variants: Variants) -> TierGap | None:
    """The pair's difference as the ranking has it: one ratio has one interval on the whole page. None where either cell
    has no figure."""
    framework, controlled, idiomatic = variants
    pair = inference.pair(controlled.id, idiomatic.id)
    if pair is None:
        return None
    log_ratio = pair.difference if pair.first == idiomatic.id else -pair.difference
    known = bool(np.isfinite(pair.half_width))
    return TierGap(
        framework=framework,
        scenario=inference.scenario.id,
        controlled=controlled.id,
        idiomatic=idiomatic.id,
        same_server=controlled.server == idiomatic.server,
        ratio=float(np.exp(log_ratio)),
        low=float(np.exp(log_ratio - pair.half_width)) if known else None,
        high=float(np.exp(log_ratio + pair.half_width)) if known else None,
        blocks=len(inference.own_values(controlled.id).keys() & inference.own_values(idiomatic.id).keys()),
    )
