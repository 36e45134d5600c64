"""What more workers or threads, a larger pool or another interpreter bring: two cells that differ in one of them."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, get_args

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.model.asked.cell import Cell
from harness.model.found.ranking import Setting, SettingEffect
from harness.model.measured.campaign import CampaignRecord
from harness.stats.pairs import Verdict

SETTINGS: Final[tuple[Setting, ...]] = get_args(Setting)


def settings_of(record: CampaignRecord, inferences: Mapping[str, Inference]) -> tuple[SettingEffect, ...]:
    """Each cell over the first one of the plan that differs from it in one setting alone, in every scenario where both
    have a figure."""
    return tuple(
        effect
        for inference in inferences.values()
        for setting, cell, base in varied(record)
        if (effect := _effect(inference, setting, cell, base)) is not None
    )


def varied(record: CampaignRecord) -> Iterator[tuple[Setting, Cell, Cell]]:
    """(setting, cell, the first cell that is the same one but for it)."""
    for setting in SETTINGS:
        first: dict[Cell, Cell] = {}
        for cell in record.plan.cells:
            if not cell.twin:
                base = first.setdefault(cell.model_copy(update={setting: None}), cell)
                if base != cell:
                    yield setting, cell, base


def _effect(inference: Inference, setting: Setting, cell: Cell, base: Cell) -> SettingEffect | None:
    found = beside(inference, cell.id, base.id)
    if found is None:
        return None
    return SettingEffect(setting=setting, scenario=inference.scenario.id, cell=cell.id, base=base.id, **found._asdict())


class Beside(NamedTuple):
    """Throughput of one cell over that of another, with the pair's simultaneous interval; None where there are too few
    blocks for one. `blocks`: that held both."""

    ratio: float
    low: float | None
    high: float | None
    verdict: Verdict
    blocks: int


def beside(inference: Inference, cell: str, base: str) -> Beside | None:
    """The pair's difference as the ranking has it: one ratio has one interval on the whole page. None where either cell
    has no figure."""
    pair = inference.pair(cell, base)
    if pair is None:
        return None
    log_ratio = pair.difference if pair.first == cell else -pair.difference
    known = bool(np.isfinite(pair.half_width))
    return Beside(
        ratio=float(np.exp(log_ratio)),
        low=float(np.exp(log_ratio - pair.half_width)) if known else None,
        high=float(np.exp(log_ratio + pair.half_width)) if known else None,
        verdict=pair.verdict,
        blocks=len(inference.own_values(cell).keys() & inference.own_values(base).keys()),
    )
