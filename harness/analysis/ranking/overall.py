"""All scenarios in one: geometric means of ratios to the reference."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from harness.analysis.inference.inference import Inference, competitors
from harness.analysis.inference.leagues import league_of_cell
from harness.analysis.inference.places import places
from harness.analysis.inference.verdicts import ALPHA, noise_floor
from harness.analysis.ranking.shown import finite_exp
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import OverallCell, OverallRanking, PairVerdict, UnrankedCell
from harness.model.measured.campaign import CampaignRecord
from harness.stats.arrays import Floats
from harness.stats.design import two_way_fit
from harness.stats.geometric import block_pseudo_values, mean_effects
from harness.stats.pairs import guarded_half_widths, verdict
from harness.stats.spending import looks_until, simultaneous_confidence


def overall_ranking(record: CampaignRecord, inferences: Mapping[str, Inference]) -> OverallRanking | None:
    """Cells over all scenarios that were measured, are not ranked by slopes, and that every server can do; None below
    two scenarios, or where the reference has no figure.

    The same pairs, intervals and verdicts as in a scenario, on what each block says of the mean over scenarios.
    """
    measured = [one for one in inferences.values() if one.look is not None and _counts(record, one.scenario)]
    everywhere = [cell for cell in record.plan.cells if all(cell.id in i.look.cells for i in measured if i.look)]
    cells = [cell.id for cell in everywhere]
    if len(measured) < 2 or record.plan.reference not in cells:
        return None
    tables, numbers = zip(*(inference.table(cells) for inference in measured), strict=True)
    effects = mean_effects(tables)
    widths = _half_widths(block_pseudo_values(tables, numbers), effects)
    void = any(inference.void for inference in measured)
    pairs = _pairs(record, cells, effects, widths, void=void)
    better = {(pair.first, pair.second) for pair in pairs if pair.verdict == "better"}
    twins = {cell.id for cell in record.plan.cells if cell.twin}
    return OverallRanking(
        scenarios=tuple(inference.scenario.id for inference in measured),
        estimate=void or bool(np.isnan(widths).any()),
        rows=_rows(record, cells, effects, widths, better),
        pairs=tuple(pair for pair in pairs if not twins & {pair.first, pair.second}),
        unranked=tuple(
            _lacking(cell, measured) for cell in record.plan.cells if cell.twin == 0 and cell.id not in cells
        ),
    )


def _counts(record: CampaignRecord, scenario: ScenarioManifest) -> bool:
    """A scenario that some server cannot do (WebSockets on WSGI) would leave the applications on it without a score."""
    servers = {cell.server for cell in record.plan.cells}
    return scenario.rank.by != "slope" and not any(scenario.kind in record.cannot.get(one, {}) for one in servers)


def _half_widths(pseudo: Floats, effects: Floats) -> Floats:
    """Simultaneous half-widths of all differences; NaN where a cell hangs on a single block."""
    blocks, cells = len(pseudo), len(effects)
    widths = np.full((cells, cells), np.nan)
    whole = np.isfinite(pseudo).all(axis=0)
    if blocks > 1 and whole.sum() > 1:
        confidence = simultaneous_confidence(looks_until(blocks), ALPHA, int(whole.sum()))[-1]
        widths[np.ix_(whole, whole)] = guarded_half_widths(two_way_fit(pseudo[:, whole]), confidence)
    return widths


def _pairs(
    record: CampaignRecord, cells: Sequence[str], effects: Floats, widths: Floats, *, void: bool
) -> list[PairVerdict]:
    """Every two cells, the faster one first. Where the reference differs from itself nothing is said of any pair."""
    floor = noise_floor(cells, effects, widths, record.plan.reference_cells) or 0.0
    delta = float(np.log1p(record.plan.delta))
    pairs = []
    for one, other in combinations(np.argsort(-effects, kind="stable").tolist(), 2):
        difference, half = float(effects[one] - effects[other]), float(widths[one, other])
        pairs.append(
            PairVerdict(
                first=cells[one],
                second=cells[other],
                ratio=float(np.exp(difference)),
                low=finite_exp(difference - half),
                high=finite_exp(difference + half),
                verdict="unresolved" if void else verdict(difference, half, delta=delta, floor=floor),
            )
        )
    return pairs


def _rows(
    record: CampaignRecord, cells: Sequence[str], effects: Floats, widths: Floats, better: set[tuple[str, str]]
) -> tuple[OverallCell, ...]:
    reference = cells.index(record.plan.reference)
    scores = effects - effects[reference]
    of_cell = dict(zip(cells, scores.tolist(), strict=True))
    order = competitors(record, of_cell)
    place = places(record, order, better)
    planned = {cell.id: cell for cell in record.plan.cells}
    rows = []
    for cell in order:
        half = 0.0 if cell == record.plan.reference else float(widths[cells.index(cell), reference])
        known = bool(np.isfinite(half))
        application = record.applications.get(planned[cell].app)
        rows.append(
            OverallCell(
                cell=cell,
                app=planned[cell].app,
                server=planned[cell].server,
                tier=application.tier if application else "controlled",
                league=league_of_cell(record, cell),
                score=float(np.exp(of_cell[cell])),
                score_low=float(np.exp(of_cell[cell] - half)) if known else None,
                score_high=float(np.exp(of_cell[cell] + half)) if known else None,
                rank_low=place[cell].low,
                rank_high=place[cell].high,
                tie_groups=place[cell].tie_groups,
            )
        )
    return tuple(rows)


def _lacking(cell: Cell, measured: Sequence[Inference]) -> UnrankedCell:
    lacks = [inference.scenario.id for inference in measured if inference.look and cell.id not in inference.look.cells]
    return UnrankedCell(cell=cell.id, app=cell.app, server=cell.server, reason="no place in " + ", ".join(lacks))
