"""Trials -> the ranking of every scenario, and of all together."""

from collections.abc import Sequence

import numpy as np

from harness.analysis.inference.inference import Inference, competitors, infer
from harness.analysis.inference.leagues import league_of
from harness.analysis.inference.places import Place, places
from harness.analysis.inference.slope_ranking import slope_ranking
from harness.analysis.inference.unresolved import blocks_more, still_open
from harness.analysis.inference.verdicts import Look
from harness.analysis.ranking.changing import changing
from harness.analysis.ranking.costs import cost_of
from harness.analysis.ranking.cpu import cpu_ranking
from harness.analysis.ranking.effects import effects_of
from harness.analysis.ranking.gaps import gaps_of
from harness.analysis.ranking.overall import overall_ranking
from harness.analysis.ranking.settings import settings_of
from harness.analysis.ranking.shown import noise_floor_of, pairs_of, ratio_of
from harness.analysis.ranking.spreads import moved, spreads_of
from harness.analysis.ranking.stalls import stalls
from harness.analysis.trials.bound import GENERATOR_BOUND
from harness.analysis.trials.eligible import Eligible, unranked_cells
from harness.model.asked.cell import Cell
from harness.model.found.ranking import NoiseFloor, RankedCell, Ranking, ScenarioRanking
from harness.model.found.slopes import SlopeRanking
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.stats.robust import t_interval


def rank(record: CampaignRecord, trials: Sequence[Trial]) -> Ranking:
    """Everything that may be said of a campaign, from the trials of its completed blocks."""
    inferences = infer(record, trials, as_ranked=True)
    throughput = {id_: one for id_, one in inferences.items() if one.scenario.rank.rate is None}
    return Ranking(
        campaign=record.id,
        reference=record.plan.reference,
        delta=record.plan.delta,
        scenarios={scenario: _scenario_ranking(record, inference) for scenario, inference in inferences.items()},
        overall=overall_ranking(record, throughput),
        effects=effects_of(record, throughput),
        gaps=gaps_of(record, throughput),
        settings=settings_of(record, throughput),
    )


def _scenario_ranking(record: CampaignRecord, inference: Inference) -> ScenarioRanking:
    look, scenario = inference.look, inference.scenario
    ranking = ScenarioRanking(
        scenario=scenario.id,
        level=scenario.rank.at,
        by=scenario.rank.by,
        rate=scenario.rank.rate,
        unit=scenario.rank.unit,
        estimate=True,
        rows=(),
        unranked=unranked_cells(record, {**_without_p99(inference), **inference.counted.unranked}),
    )
    if look is None:
        return ranking
    floor = noise_floor_of(record, look, void=inference.void)
    by_throughput = scenario.rank.rate is None
    inferred, ahead = look.fit.variance is not None, blocks_more(record, inference)
    rows, slopes = _rows(record, inference, look), slope_ranking(record, inference)
    return ranking.model_copy(
        update={
            "estimate": not inferred or inference.void,
            "rows": in_the_order_of(slopes, rows) if slopes else rows,
            "slopes": slopes,
            "pairs": pairs_of(record, look, {} if slopes else ahead),
            "noise_floor": floor,
            "cpu": cpu_ranking(record, inference),
            "blocks": len({group.block for group in inference.blocks}),
            "confidence": look.confidence if inferred else None,
            **(spreads_of(record, inference, look) if by_throughput else {}),
            "notices": (
                *_void(floor),
                *still_open(record, inference, ahead),
                *(stalls(inference) if by_throughput else ()),
                *(moved(record, inference) if by_throughput else ()),
                *changing(inference),
                *_disclosed(inference.counted),
                *_at_the_generators_limit(inference.counted),
            ),
        }
    )


def _rows(record: CampaignRecord, inference: Inference, look: Look) -> tuple[RankedCell, ...]:
    log_rates = look.log_rates()
    order = competitors(record, log_rates)
    better = {(pair.first, pair.second) for pair in look.pairs.values() if pair.verdict == "better"}
    place = places(record, order, better)
    planned = {cell.id: cell for cell in record.plan.cells}
    return tuple(_row(record, planned[cell], inference, look, place[cell]) for cell in order)


def in_the_order_of(slopes: SlopeRanking, rows: Sequence[RankedCell]) -> tuple[RankedCell, ...]:
    """The rows with the places that their slopes give them, smallest slope first; after them, without a place, those
    that have no slope."""
    by_cell = {row.cell: row for row in rows}
    placed = [
        by_cell.pop(one.cell).model_copy(
            update={"rank_low": one.rank_low, "rank_high": one.rank_high, "tie_groups": one.tie_groups}
        )
        for one in slopes.rows
    ]
    nowhere = {"rank_low": None, "rank_high": None, "tie_groups": ()}
    return (*placed, *(row.model_copy(update=nowhere) for row in by_cell.values()))


def _row(record: CampaignRecord, cell: Cell, inference: Inference, look: Look, place: Place) -> RankedCell:
    log_rate, values = look.log_rates()[cell.id], inference.own_values(cell.id)
    figure = inference.scenario.rank.figure
    half = t_interval(np.array(list(values.values())))
    trials = [trial for (_, name), trial in inference.counted.trials.items() if name == cell.id]
    errors, completions = sum(sum(t.errors.values()) for t in trials), sum(t.completions for t in trials)
    ratio, ratio_low, ratio_high = ratio_of(cell.id, record.plan.reference, look)
    application, by_throughput = record.applications.get(cell.app), inference.scenario.rank.rate is None
    return RankedCell(
        cell=cell.id,
        app=cell.app,
        server=cell.server,
        tier=application.tier if application else "controlled",
        league=league_of(application),
        **_figures(inference, trials, log_rate, half),
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        rank_low=place.low,
        rank_high=place.high,
        tie_groups=place.tie_groups,
        blocks=len(values),
        slices=sum(len(trial.rates) for trial in trials),
        completions=completions,
        error_share=errors / (errors + completions),
        block_rps=tuple(figure(float(np.exp(value))) for value in values.values()) if by_throughput else (),
        block_numbers=tuple(values) if by_throughput else (),
        cost=cost_of(trials),
    )


def _figures(
    inference: Inference, trials: Sequence[Trial], log_value: float, half: float | None
) -> dict[str, float | None]:
    """Of a row: the figure that is ranked, with its interval, and what it answers a second."""
    rank = inference.scenario.rank
    offs = (0.0, None, None) if half is None else (0.0, -half, half)
    middle, low, high = (None if off is None else float(np.exp(log_value + off)) for off in offs)
    if rank.rate is None:
        named = {"rps": middle, "rps_low": low, "rps_high": high}
        return {name: None if value is None else rank.figure(value) for name, value in named.items()}
    duration_s = sum(trial.duration_s for trial in trials)
    rps = sum(trial.completions for trial in trials) / duration_s if duration_s else 0.0
    named = {"p99_s": middle, "p99_low": high, "p99_high": low}  # of one over the time
    times = {name: None if value is None else 1 / value for name, value in named.items()}
    return {"rps": rank.figure(rps), "rps_low": None, "rps_high": None, **times}


def _without_p99(inference: Inference) -> dict[str, str]:
    """Cells that were measured and have no 99th percentile, where that is ranked, and why they have no place."""
    rank, known = inference.scenario.rank, inference.look.cells if inference.look else ()
    if rank.rate is None:
        return {}
    reason = f"no p99 of its response times at {rank.rate:,.0f} requests/s: see its response times"
    return {cell: reason for _, cell in inference.counted.trials if cell not in known}


def _void(floor: NoiseFloor | None) -> tuple[Notice, ...]:
    if floor is None or not floor.different:
        return ()
    seen = f"the reference was called different from itself (ratio {floor.ratio:.3f}): nothing is claimed here"
    return (Notice(code="noise-floor", seen=seen, mend="run again on a quieter machine, or with more blocks"),)


def _at_the_generators_limit(counted: Eligible) -> tuple[Notice, ...]:
    """References whose figure is that of the load generator."""
    limited = (trial.cell for trial in counted.trials.values() if trial.failed_gates)
    return tuple(
        Notice(
            code=GENERATOR_BOUND,
            seen=f"{cell}: the load generator was the limit; this figure is the least that it can do",
            mend="for orientation: no application beyond about this rate can be ranked with this generator",
        )
        for cell in dict.fromkeys(limited)
    )


def _disclosed(counted: Eligible) -> tuple[Notice, ...]:
    """Trials that were left out or repeated, each by its cause."""
    noted = [("trial-excluded", trial) for trial in counted.excluded]
    noted += [("trial-repeated", trial) for trial in counted.repeated]
    return tuple(
        Notice(code=code, seen=f"{trial.cell}, block {trial.block}: {gate.code}: {gate.seen}", mend=gate.mend)
        for code, trial in noted
        for gate in trial.failed_gates[:1]
    )
