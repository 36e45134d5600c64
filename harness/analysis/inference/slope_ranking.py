"""Slopes as they are shown: places, intervals, and CPU time beside them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from harness.analysis.inference.inference import Inference
from harness.analysis.inference.places import places
from harness.analysis.inference.slopes import Levels, Slopes, cpu_times, slope_table, slopes_of
from harness.analysis.inference.verdicts import ALPHA
from harness.model.found.slopes import SlopeCell, SlopePair, SlopePoint, SlopeRanking
from harness.model.measured.campaign import CampaignRecord
from harness.stats.lines.slopes import slopes_fit
from harness.stats.robust import t_interval
from harness.stats.spending import looks_until, nominal_levels


def slope_ranking(record: CampaignRecord, inference: Inference) -> SlopeRanking | None:
    """The slopes of a scenario that is ranked by them, smallest first; None where it is not, or nothing has one."""
    found = slopes_of(record, inference)
    if found is None:
        return None
    twins = {cell.id for cell in record.plan.cells if cell.twin}
    of_cpu = _cpu(record, inference)
    slopes = dict(zip(found.cells, found.fit.means.tolist(), strict=True))
    halves = dict(zip(found.cells, found.half_widths.tolist(), strict=True))
    order = sorted((cell for cell in found.cells if cell not in twins), key=slopes.__getitem__)
    better = {(pair.first, pair.second) for pair in found.judged.pairs if pair.verdict == "better"}
    place = places(record, order, better)
    rows = []
    for cell in order:
        known = bool(np.isfinite(halves[cell]))
        rows.append(
            SlopeCell(
                cell=cell,
                microseconds=slopes[cell],
                low=slopes[cell] - halves[cell] if known else None,
                high=slopes[cell] + halves[cell] if known else None,
                distinguished=known and abs(slopes[cell]) > halves[cell],
                at_zero_us=found.lines[cell].at_zero,
                **of_cpu.get(cell, NO_CPU),
                rank_low=place[cell].low,
                rank_high=place[cell].high,
                tie_groups=place[cell].tie_groups,
                blocks=len(found.times[cell]),
                points=_points(found.times[cell]),
            )
        )
    return SlopeRanking(
        per=inference.scenario.rank.per,
        rows=tuple(rows),
        pairs=_pairs(found, twins),
        confidence=found.confidence if any(row.low is not None for row in rows) else None,
        noise_floor_us=found.judged.floor,
        different=found.judged.void,
        unranked=_without(record, inference, found),
    )


def _pairs(found: Slopes, twins: set[str]) -> tuple[SlopePair, ...]:
    return tuple(
        SlopePair(
            first=pair.first,
            second=pair.second,
            microseconds=pair.difference,
            low=pair.difference - pair.half_width if np.isfinite(pair.half_width) else None,
            high=pair.difference + pair.half_width if np.isfinite(pair.half_width) else None,
            verdict=pair.verdict,
        )
        for pair in found.judged.pairs
        if not twins & {pair.first, pair.second}
    )


def _without(record: CampaignRecord, inference: Inference, found: Slopes) -> dict[str, str]:
    """Cells that are ranked at the ranking level, and not at every other one."""
    reason = "no block holds a figure of every level: a trial of another level failed a gate, or was not measured"
    ranked = set(inference.look.cells) if inference.look else set()
    lacking = ranked - set(found.cells)
    return {cell.id: reason for cell in record.plan.cells if cell.id in lacking and not cell.twin}


def _points(blocks: Mapping[int, Levels]) -> tuple[SlopePoint, ...]:
    numbers = sorted(next(iter(blocks.values())))
    points = []
    for n in numbers:
        values = np.array([levels[n] for levels in blocks.values()])
        mean, half = float(values.mean()), t_interval(values)
        low, high = (None, None) if half is None else (mean - half, mean + half)
        points.append(SlopePoint(n=n, microseconds=mean, low=low, high=high))
    return tuple(points)


NO_CPU: Final[Mapping[str, float | None]] = MappingProxyType({"cpu_us": None, "cpu_low": None, "cpu_high": None})


def _cpu(record: CampaignRecord, inference: Inference) -> dict[str, Mapping[str, float | None]]:
    """Fields of a SlopeCell: the slope of the CPU time per request, and its interval, simultaneous over the cells."""
    times = cpu_times(record, inference)
    if not times:
        return {}
    cells, n = sorted(times), inference.scenario.rank.at.n or 1
    scales = np.array([np.mean([levels[n] for levels in times[cell].values()]) / n for cell in cells])
    table = slope_table(cells, times)
    fit = slopes_fit(table, scales)
    confidence = 1 - nominal_levels(looks_until(len(table)), ALPHA, len(cells))[-1] / len(cells)
    halves = fit.half_widths(confidence).tolist()
    return {
        cell: {
            "cpu_us": mean,
            "cpu_low": mean - half if np.isfinite(half) else None,
            "cpu_high": mean + half if np.isfinite(half) else None,
        }
        for cell, mean, half in zip(cells, fit.means.tolist(), halves, strict=True)
    }
