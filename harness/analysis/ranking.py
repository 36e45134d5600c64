"""Trials -> the ranking of every scenario."""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.analysis.blocks import BlockValues, block_values
from harness.analysis.eligible import Eligible, eligible, league_of, unranked_cells
from harness.analysis.verdicts import Look, Pair, judge
from harness.model.campaign import CampaignRecord
from harness.model.cell import Cell
from harness.model.notice import Notice
from harness.model.ranking import NoiseFloor, PairVerdict, RankedCell, Ranking, ScenarioRanking
from harness.model.scenario import ScenarioManifest
from harness.model.trial import Trial
from harness.stats.ranks import compact_letters, rank_intervals
from harness.stats.robust import t_interval


def rank(record: CampaignRecord, trials: Sequence[Trial]) -> Ranking:
    """The ranking of every scenario of the plan, from the trials of completed blocks."""
    of_scenario: dict[str, list[Trial]] = {scenario.id: [] for scenario in record.plan.scenarios}
    for trial in trials:
        of_scenario[trial.scenario].append(trial)
    return Ranking(
        campaign=record.id,
        reference=record.plan.reference,
        delta=record.plan.delta,
        scenarios={
            scenario.id: scenario_ranking(record, scenario, of_scenario[scenario.id])
            for scenario in record.plan.scenarios
        },
    )


def scenario_ranking(record: CampaignRecord, scenario: ScenarioManifest, trials: Sequence[Trial]) -> ScenarioRanking:
    """One scenario's ranking at its ranking level. Without a completed block it has no rows."""
    counted = eligible(record, scenario, trials)
    unranked = unranked_cells(record, counted.unranked)
    if not counted.trials:
        return ScenarioRanking(scenario=scenario.id, level=scenario.rank.at, estimate=True, rows=(), unranked=unranked)
    references = reference_cells(record)
    blocks = block_values(counted.trials, references)
    look = judge(blocks, record.completed_blocks, record.plan.delta, references)
    floor = noise_floor(record.plan.reference, look, references)
    void = floor is not None and floor.different
    if void:
        look = unresolved_all(look)
    return ScenarioRanking(
        scenario=scenario.id,
        level=scenario.rank.at,
        estimate=look.fit.variance is None or void,
        rows=_rows(record, counted, blocks, look),
        unranked=unranked,
        pairs=tuple(_pair(pair) for pair in look.pairs.values() if not _has_twin(record, pair)),
        noise_floor=floor,
        blocks=len({block.block for block in blocks}),
        confidence=None if look.fit.variance is None else look.confidence,
        restart_sd=None if look.fit.variance is None else look.fit.variance**0.5,
        rotation_sd=float(np.median([block.slice_sd for block in blocks])),
        notices=(*_void(floor), *_excluded(counted)),
    )


def reference_cells(record: CampaignRecord) -> frozenset[str]:
    """The reference cell and its A/A twins, by id."""
    named = [cell.model_dump(exclude={"twin"}) for cell in record.plan.cells if cell.id == record.plan.reference]
    return frozenset(cell.id for cell in record.plan.cells if cell.model_dump(exclude={"twin"}) in named)


def noise_floor(reference: str, look: Look, references: frozenset[str]) -> NoiseFloor | None:
    """The reference against its first twin; None where either has no figure."""
    for key, pair in look.pairs.items():
        if set(key) <= references and reference in key:
            difference = pair.difference if pair.second == reference else -pair.difference
            return NoiseFloor(
                ratio=float(np.exp(difference)),
                low=_exp(difference - pair.half_width),
                high=_exp(difference + pair.half_width),
                share=None if look.floor is None else float(np.expm1(look.floor)),
                different=pair.verdict == "better",
            )
    return None


def unresolved_all(look: Look) -> Look:
    """The same look with no verdict: an A/A called different voids what the scenario would have claimed."""
    pairs = {key: Pair(p.first, p.second, p.difference, p.half_width) for key, p in look.pairs.items()}
    return Look(look.cells, look.fit, look.confidence, pairs, look.floor)


def _rows(
    record: CampaignRecord, counted: Eligible, blocks: Sequence[BlockValues], look: Look
) -> tuple[RankedCell, ...]:
    levels = look.levels()
    cells = [cell for cell in record.plan.cells if cell.twin == 0 and cell.id in levels]
    cells.sort(key=lambda cell: -levels[cell.id])
    places = _places(record, cells, look)
    return tuple(
        _row(
            record=record,
            cell=cell,
            counted=counted,
            values=_own_values(cell.id, blocks),
            look=look,
            place=places[cell.id],
        )
        for cell in cells
    )


def _places(record: CampaignRecord, cells: Sequence[Cell], look: Look) -> Mapping[str, tuple[int, int, str]]:
    """(best place, worst place, letters) of each cell within its league; `cells` are in order of their levels."""
    leagues: dict[str, list[str]] = {}
    for cell in cells:
        leagues.setdefault(league_of(record.applications.get(cell.app)), []).append(cell.id)
    won = {(pair.first, pair.second) for pair in look.pairs.values() if pair.verdict == "better"}
    places: dict[str, tuple[int, int, str]] = {}
    for members in leagues.values():
        better = np.array([[(one, other) in won for other in members] for one in members])
        lowest, highest = rank_intervals(better)
        letters = compact_letters(better | better.T)
        places |= {cell: (int(lowest[at]), int(highest[at]), letters[at]) for at, cell in enumerate(members)}
    return places


def _row(
    *,
    record: CampaignRecord,
    cell: Cell,
    counted: Eligible,
    values: Mapping[int, float],
    look: Look,
    place: tuple[int, int, str],
) -> RankedCell:
    level = look.levels()[cell.id]
    trials = [trial for (_, name), trial in counted.trials.items() if name == cell.id]
    half = t_interval(np.array(list(values.values())))
    ratio, ratio_low, ratio_high = _ratio(cell.id, record.plan.reference, look)
    errors, completions = (sum(sum(t.errors.values()) for t in trials), sum(t.completions for t in trials))
    application = record.applications.get(cell.app)
    return RankedCell(
        cell=cell.id,
        app=cell.app,
        server=cell.server,
        tier=application.tier if application else "controlled",
        league=league_of(application),
        rps=float(np.exp(level)),
        rps_low=None if half is None else float(np.exp(level - half)),
        rps_high=None if half is None else float(np.exp(level + half)),
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        rank_low=place[0],
        rank_high=place[1],
        group=place[2],
        blocks=len(values),
        slices=sum(len(trial.rates) for trial in trials),
        completions=completions,
        error_share=errors / (errors + completions),
        block_rps=tuple(float(np.exp(value)) for value in values.values()),
        block_numbers=tuple(values),
    )


def _own_values(cell: str, blocks: Sequence[BlockValues]) -> dict[int, float]:
    """The cell's log rate in each block; the mean where it was started in several groups of one block."""
    values: dict[int, list[float]] = {}
    for block in blocks:
        if cell in block.cells:
            values.setdefault(block.block, []).append(float(block.values[block.cells.index(cell)]))
    return {block: float(np.mean(several)) for block, several in values.items()}


def _ratio(cell: str, reference: str, look: Look) -> tuple[float | None, float | None, float | None]:
    if cell == reference:
        return 1.0, 1.0, 1.0
    pair = look.pairs.get((cell, reference)) or look.pairs.get((reference, cell))
    if pair is None:
        return None, None, None
    difference = pair.difference if pair.first == cell else -pair.difference
    return float(np.exp(difference)), _exp(difference - pair.half_width), _exp(difference + pair.half_width)


def _pair(pair: Pair) -> PairVerdict:
    return PairVerdict(
        first=pair.first,
        second=pair.second,
        ratio=float(np.exp(pair.difference)),
        low=_exp(pair.difference - pair.half_width),
        high=_exp(pair.difference + pair.half_width),
        verdict=pair.verdict,
        decided_at=pair.decided_at,
    )


def _has_twin(record: CampaignRecord, pair: Pair) -> bool:
    twins = {cell.id for cell in record.plan.cells if cell.twin}
    return bool({pair.first, pair.second} & twins)


def _exp(value: float) -> float | None:
    return float(np.exp(value)) if np.isfinite(value) else None


def _void(floor: NoiseFloor | None) -> tuple[Notice, ...]:
    if floor is None or not floor.different:
        return ()
    seen = f"the reference was called different from itself (ratio {floor.ratio:.3f}): nothing is claimed here"
    return (Notice(code="noise-floor", seen=seen, mend="run again on a quieter machine, or with more blocks"),)


def _excluded(counted: Eligible) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            code="trial-excluded",
            seen=f"{trial.cell}, block {trial.block}: {trial.failed_gates[0].code}: {trial.failed_gates[0].seen}",
            mend=trial.failed_gates[0].mend,
        )
        for trial in counted.excluded
    )
