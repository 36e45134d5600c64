"""The highest rate under a limit: what a probe shows, and what the searches of all blocks amount to."""

from collections.abc import Sequence
from statistics import median_low

from harness.analysis.inference.leagues import league_of
from harness.analysis.latency.latency import blocks_that_count, cells_asked, marks_of, scenarios_asked, why_failed
from harness.analysis.latency.percentiles import time_within, times_of
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.latency import CapacityRow, CapacitySearch, Criterion, Probe
from harness.model.measured.load import SliceRecord


def probe_of(record: SliceRecord, rate: float, criterion: Criterion, generator_cores: int) -> Probe:
    """An open slice at `rate` requests per second, held against the criterion."""
    due, errors = record.offered or 0, sum(record.errors.values())
    times = times_of(record.histogram)
    p99_s = time_within(times, due, 0.99)
    faults = {
        "p99": p99_s is None or p99_s > criterion.p99_s,
        "errors": errors > criterion.error_share * (errors + record.completions),
        "achieved": record.completions < criterion.achieved_share * due,
    }
    return Probe(
        offered_rate=rate,
        duration_s=record.duration_s,
        offered=due,
        completions=record.completions,
        errors=record.errors,
        p50_s=time_within(times, due, 0.5),
        p99_s=p99_s,
        max_s=record.latency_max_s,
        marks=marks_of(record, generator_cores),
        broke=tuple(code for code, is_broken in faults.items() if is_broken),
    )


def capacity_rows(record: CampaignRecord, searches: Sequence[CapacitySearch]) -> dict[str, tuple[CapacityRow, ...]]:
    """For each scenario whose latency was asked for, a row for each cell in plan order; empty where no limit was set.

    Searches of completed blocks count; while there is none, those of the last one begun.
    """
    if record.plan.p99_s is None:
        return {}
    criterion, blocks = Criterion(p99_s=record.plan.p99_s), blocks_that_count(record, searches)
    kept = [search for search in searches if search.block in blocks]
    return {
        scenario: tuple(
            _row(record, cell, scenario, criterion, [s for s in kept if (s.cell, s.scenario) == (cell.id, scenario)])
            for cell in cells_asked(record, scenario)
        )
        for scenario in scenarios_asked(record)
    }


def _row(
    record: CampaignRecord, cell: Cell, scenario: str, criterion: Criterion, searches: Sequence[CapacitySearch]
) -> CapacityRow:
    application = record.applications[cell.app]
    row = CapacityRow(
        cell=cell.id,
        app=cell.app,
        server=cell.server,
        tier=application.tier,
        league=league_of(application),
        level=next(s.rank.at for s in record.plan.scenarios if s.id == scenario),
        criterion=criterion,
        reason=why_failed(record, cell, scenario) or ("" if searches else "no search was made"),
    )
    return row if row.reason else row.model_copy(update=_figures(searches))


def _figures(searches: Sequence[CapacitySearch]) -> dict[str, object]:
    held = [search.highest or 0.0 for search in searches]
    broken = [search.broken for search in searches if search.broken is not None]
    rate = median_low(held)
    return {
        "rate": rate or None,
        "low": min(held),
        "high": max(broken) if len(broken) == len(searches) else None,
        "blocks": tuple(search.block for search in searches),
        "brackets": tuple((search.highest, search.broken) for search in searches),
        "probes": sum(len(search.probes) for search in searches),
        "reason": "" if rate else f"not held at any rate that was tried, the lowest {_least(searches)}",
    }


def _least(searches: Sequence[CapacitySearch]) -> str:
    tried = [probe.offered_rate for search in searches for probe in search.probes]
    return f"{min(tried):,.0f} requests/s" if tried else "none: nothing was answered"
