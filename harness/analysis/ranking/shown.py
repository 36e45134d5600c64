"""How what was inferred is shown: ratios with their simultaneous intervals, without the A/A twins."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from harness.analysis.inference.verdicts import Look, Pair
from harness.model.found.ranking import NoiseFloor, PairVerdict
from harness.model.measured.campaign import CampaignRecord


def ratio_of(cell: str, reference: str, look: Look) -> tuple[float | None, float | None, float | None]:
    """Ratio to the reference with its simultaneous interval."""
    if cell == reference:
        return 1.0, 1.0, 1.0
    pair = look.pairs.get((cell, reference)) or look.pairs.get((reference, cell))
    if pair is None:
        return None, None, None
    difference = pair.difference if pair.first == cell else -pair.difference
    return float(np.exp(difference)), finite_exp(difference - pair.half_width), finite_exp(difference + pair.half_width)


def pairs_of(
    record: CampaignRecord, look: Look, blocks_more: Mapping[tuple[str, str], int | None] = MappingProxyType({})
) -> tuple[PairVerdict, ...]:
    """All pairs but those of twins. `blocks_more`: of those without a verdict."""
    twins = {cell.id for cell in record.plan.cells if cell.twin}
    return tuple(
        _pair(pair, blocks_more.get((pair.first, pair.second)))
        for pair in look.pairs.values()
        if not twins & {pair.first, pair.second}
    )


def _pair(pair: Pair, blocks_more: int | None) -> PairVerdict:
    return PairVerdict(
        first=pair.first,
        second=pair.second,
        ratio=float(np.exp(pair.difference)),
        low=finite_exp(pair.difference - pair.half_width),
        high=finite_exp(pair.difference + pair.half_width),
        verdict=pair.verdict,
        decided_at=pair.decided_at,
        blocks_more=blocks_more,
    )


def noise_floor_of(record: CampaignRecord, look: Look, *, void: bool) -> NoiseFloor | None:
    """The first twin against the reference; None where either has no figure."""
    reference, references = record.plan.reference, record.plan.reference_cells
    for key, pair in look.pairs.items():
        if set(key) <= references and reference in key:
            difference = pair.difference if pair.second == reference else -pair.difference
            return NoiseFloor(
                ratio=float(np.exp(difference)),
                low=finite_exp(difference - pair.half_width),
                high=finite_exp(difference + pair.half_width),
                share=None if look.floor is None else float(np.expm1(look.floor)),
                different=void,
            )
    return None


def finite_exp(value: float) -> float | None:
    """None where the bound is not known."""
    return float(np.exp(value)) if np.isfinite(value) else None
