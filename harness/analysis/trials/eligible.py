"""Which trials count, and why a cell has no place."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from harness.analysis.trials.bound import GENERATOR_BOUND
from harness.model.asked.cell import Cell
from harness.model.asked.scenario import ScenarioManifest
from harness.model.found.ranking import UnrankedCell
from harness.model.measured.campaign import CampaignRecord, CellFacts
from harness.model.measured.trial import Trial
from harness.model.notice import Notice


@dataclass(frozen=True)
class Eligible:
    """What one scenario is inferred from: the passing trials by (block, cell), and the reason of each cell left out.

    `excluded` are the trials of ranked cells that failed a gate, `repeated` those that a repeat has taken the place of.
    """

    scenario: ScenarioManifest
    trials: Mapping[tuple[int, str], Trial]
    unranked: Mapping[str, str]
    excluded: tuple[Trial, ...]
    repeated: tuple[Trial, ...]


def counting_blocks(record: CampaignRecord, trials: Sequence[Trial]) -> tuple[int, ...]:
    """The completed blocks; while there is none, the last one begun: a campaign cut off in its first block still has
    something to show, and a single block is never more than an estimate."""
    return record.completed_blocks or tuple({max(trial.block for trial in trials)} if trials else ())


def eligible(record: CampaignRecord, scenario: ScenarioManifest, trials: Sequence[Trial]) -> Eligible:
    """Trials of completed blocks at the scenario's ranking level, repeats put in the place of what they repeat.

    A cell is left out when it failed, when its continuous run failed a gate, when no block of it passed, or when more
    than half of its blocks failed one.
    """
    completed = frozenset(counting_blocks(record, trials))
    latest: dict[tuple[int, str], Trial] = {}
    replaced: list[Trial] = []
    for trial in trials:
        if trial.block in completed and trial.scenario == scenario.id and trial.level == scenario.rank.at:
            before = latest.pop((trial.block, trial.cell), None)
            replaced += [before] if before else []
            latest[trial.block, trial.cell] = trial
    of_cell: defaultdict[str, list[Trial]] = defaultdict(list)
    for trial in latest.values():
        of_cell[trial.cell].append(trial)
    met = met_others(list(latest.values()))
    reasons = {
        cell.id: _reason(record, scenario, cell, of_cell[cell.id], lonely=cell.id not in met)
        for cell in record.plan.cells
    }
    unranked = {cell: reason for cell, reason in reasons.items() if reason}
    ranked = {place: trial for place, trial in latest.items() if trial.cell not in unranked}
    return Eligible(
        scenario=scenario,
        trials={place: trial for place, trial in ranked.items() if not barring(record, trial.cell, trial.failed_gates)},
        unranked=unranked,
        excluded=tuple(trial for trial in ranked.values() if barring(record, trial.cell, trial.failed_gates)),
        repeated=tuple(replaced),
    )


def _reason(
    record: CampaignRecord, scenario: ScenarioManifest, cell: Cell, trials: list[Trial], *, lonely: bool
) -> str:
    """Why the cell has no place; empty when it has one. `lonely`: it shared no block with another cell."""
    for failure in record.failures:
        if failure.cell == cell.id and failure.scenario in (None, scenario.id):
            return f"{failure.phase}: {failure.reason}"
    if why_not := record.why_not(cell.app, cell.server, scenario.id):
        return why_not
    seen = record.cells.get(cell.id, CellFacts())
    if seen.idle_cpu_share is not None and (cell.id in record.measured_alone() or lonely):
        return _alone(seen.idle_cpu_share, trials)
    return _gate(record, cell.id, seen, trials) if trials else "not measured in any completed block"


def _alone(share: float, trials: list[Trial]) -> str:
    """Why a cell that burned CPU while idle is not ranked, and what it did by itself."""
    burned = f"uses {share:.1%} of a core while idle, and would slow the cells it is compared with"
    calm = "used too much CPU while idle when it was first looked at, and was not measured beside others since"
    rates = [trial.completions / trial.duration_s for trial in trials]
    return (burned if share else calm) + (f"; measured alone: {mean(rates):,.0f} requests/s" if rates else "")


def met_others(trials: Sequence[Trial]) -> frozenset[str]:
    """Cells that shared a block with another cell."""
    company: defaultdict[int, set[str]] = defaultdict(set)
    for trial in trials:
        company[trial.block].add(trial.cell)
    return frozenset(cell for cells in company.values() if len(cells) > 1 for cell in cells)


def _gate(record: CampaignRecord, cell: str, seen: CellFacts, trials: list[Trial]) -> str:
    """The gate that keeps the cell out: of its last continuous run, or of most of its trials. Empty where none does."""
    for gate in barring(record, cell, seen.continuous[-1].failed_gates) if seen.continuous else ():
        return f"{gate.code}: {gate.seen}"
    failed = [gates[0] for trial in trials if (gates := barring(record, cell, trial.failed_gates))]
    if 2 * len(failed) <= len(trials) and len(failed) < len(trials):
        return ""
    gate = failed[-1]
    return f"{gate.code}: {gate.seen}" + (f" ({len(failed)} of {len(trials)} blocks)" if len(trials) > 1 else "")


def barring(record: CampaignRecord, cell: str, gates: Sequence[Notice]) -> tuple[Notice, ...]:
    """Those of a trial's failed gates that keep it out. A reference that the load generator limited is shown all the
    same: it competes with nobody, and tells what generator and wire allow."""
    if not gates:
        return ()
    app = next((planned.app for planned in record.plan.cells if planned.id == cell), "")
    manifest = record.applications.get(app)
    beside = manifest is not None and manifest.tier == "reference"
    return tuple(gate for gate in gates if not (beside and gate.code == GENERATOR_BOUND))


def unranked_cells(record: CampaignRecord, reasons: Mapping[str, str]) -> tuple[UnrankedCell, ...]:
    """Cells without a place in plan order; A/A twins are no competitors and are not among them."""
    return tuple(
        UnrankedCell(cell=cell.id, app=cell.app, server=cell.server, reason=reasons[cell.id])
        for cell in record.plan.cells
        if cell.twin == 0 and cell.id in reasons
    )
