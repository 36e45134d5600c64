"""Two campaigns -> what changed, cell by cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harness.analysis.compare.conditions import common_cells, disclosed, forbidding, reference_changed
from harness.analysis.compare.paired import Paired, PairedCell
from harness.analysis.inference.inference import infer
from harness.analysis.inference.leagues import league_of
from harness.model.asked.cell import labels
from harness.model.asked.scenario import Ranked
from harness.model.errors import UsageError
from harness.model.found.comparison import (
    CellChange,
    Change,
    ChangeVerdict,
    Comparison,
    Difference,
    ScenarioComparison,
)
from harness.model.measured.campaign import CampaignRecord
from harness.model.measured.trial import Trial
from harness.model.notice import Notice
from harness.stats.pairs import verdict
from harness.stats.welch import confidence_of_each, welch

CONFIDENCE: Final = 0.95
"""Of all relative intervals of a comparison together: by how many cells and scenarios there are, nothing is called
changed more often that is not."""


@dataclass(frozen=True)
class Measured:
    """A campaign: its record and its trials."""

    record: CampaignRecord
    trials: Sequence[Trial]


def compare(
    before: Measured, after: Measured, *, delta: float | None = None, across_machines: bool = False
) -> Comparison:
    """What changed from one campaign to a later one.

    Absolute rates of two campaigns hold whatever happened to the machine between them. A cell's ratio to the reference
    cell, taken inside each block, does not, and verdicts are given on its change (Welch's interval over the blocks of
    both, simultaneous over all cells and scenarios). `delta`: the difference that matters, as a share of 1 (default:
    the larger of both plans').

    Raises UsageError, naming each field, where the campaigns are not comparable; with `across_machines` another machine
    is no obstacle but a notice.
    """
    then, now = before.record, after.record
    differences = _refused(then, now, across_machines=across_machines)
    matters = delta or max(then.plan.delta, now.plan.delta)
    earlier, later = infer(then, before.trials, matters), infer(now, after.trials, matters)
    shared = [Paired(then, now, earlier[id_], later[id_]) for id_ in later if id_ in earlier]
    judged = [pair for one in shared for pair in one.pairs() if pair.later.id != now.plan.reference]
    each = confidence_of_each(CONFIDENCE, len(judged))
    return Comparison(
        before=then.id,
        after=now.id,
        before_at=then.created_at,
        after_at=now.created_at,
        reference=now.plan.reference,
        delta=matters,
        confidence=CONFIDENCE,
        scenarios=tuple(_scenario(one, matters, each) for one in shared),
        differences=differences,
        notices=tuple(_notices(now, differences, shared)),
    )


def _refused(then: CampaignRecord, now: CampaignRecord, *, across_machines: bool) -> tuple[Difference, ...]:
    """The differences that are reported; raises UsageError for those that forbid."""
    if then.id == now.id and then.created_at == now.created_at:
        raise UsageError("both are the same campaign", where=then.id, mend="name two campaigns; see results/")
    found = forbidding(then, now)
    forbidden = [one for one in found if not (one.machine and across_machines)]
    if forbidden:
        raise UsageError(
            "these campaigns cannot be compared, because they differ in:\n"
            + "\n".join(f"  {one.field}: {one.before} before, {one.after} after" for one in forbidden),
            where=f"{then.id}, {now.id}",
            mend="\n".join(_mends(then, now, forbidden)),
        )
    _refuse_nothing_in_common(then, now)
    return (*found, *disclosed(then, now))


def _mends(then: CampaignRecord, now: CampaignRecord, forbidden: Sequence[Difference]) -> Iterator[str]:
    if any(not one.machine for one in forbidden):
        yield "measure again with the options of the other"
    if any(one.machine for one in forbidden):
        command = f"harness compare {then.id} {now.id} --across-machines"
        yield f"ratios to the reference may say something across machines and kernels too; compare with: {command}"


def _refuse_nothing_in_common(then: CampaignRecord, now: CampaignRecord) -> None:
    """What a comparison needs: a common scenario, and a common cell beside the reference."""
    where = f"{then.id}, {now.id}"
    before, after = ([one.id for one in record.plan.scenarios] for record in (then, now))
    if not set(before) & set(after):
        raise UsageError(
            f"these campaigns have no scenario in common: {', '.join(before)} before, {', '.join(after)} after",
            where=where,
            mend=f"measure again with: harness run --scenario {before[0]}",
        )
    if any(not later.twin and later.id != now.plan.reference for _, later in common_cells(then, now)):
        return
    reference = now.plan.reference_cell
    beside = [", ".join(others) if (others := _beside_the_reference(record)) else "none" for record in (then, now)]
    raise UsageError(
        f"these campaigns have only the reference in common, {reference.app} on {reference.server}, and changes are "
        f"relative to it; beside it they measured: {beside[0]} before, {beside[1]} after",
        where=where,
        mend="measure one application more, the same in both: harness run --only "
        f"{reference.app} --only APP --reference {reference.app}@{reference.server}",
    )


def _beside_the_reference(record: CampaignRecord) -> list[str]:
    called, reference = labels(record.plan.cells), record.plan.reference
    return [called[cell.id] for cell in record.plan.cells if not cell.twin and cell.id != reference]


def _scenario(of: Paired, delta: float, each: float) -> ScenarioComparison:
    floor, called = _floor(of.twin(), delta, each)
    void = called or of.before.void or of.after.void
    ranked = of.after.scenario.rank
    rows = [_row(of.now, pair, ranked, delta=delta, each=each, floor=floor or 0.0) for pair in of.pairs()]
    return ScenarioComparison(
        scenario=of.after.scenario.id,
        title=of.after.scenario.title,
        level=ranked.at,
        unit=ranked.unit,
        rows=tuple(_withdrawn(row) if void else row for row in rows),
        missing=tuple(of.missing()),
        floor=None if floor is None else float(np.expm1(floor)),
        void=void,
    )


def _floor(twin: PairedCell | None, delta: float, each: float) -> tuple[float | None, bool]:
    """(the largest |log change| that the twin may have, whether it was called changed)."""
    if twin is None:
        return None, False
    difference, half = welch(*twin.against, each)
    if half is None:
        return None, False
    return abs(difference) + half, verdict(difference, half, delta=float(np.log1p(delta))) == "better"


def _row(
    now: CampaignRecord, pair: PairedCell, ranked: Ranked, *, delta: float, each: float, floor: float
) -> CellChange:
    application = now.applications.get(pair.later.app)
    is_reference = pair.later.id == now.plan.reference
    before, after = pair.own
    return CellChange(
        cell=pair.later.id,
        app=pair.later.app,
        server=pair.later.server,
        tier=application.tier if application else "controlled",
        league=league_of(application),
        rps_before=ranked.figure(float(np.exp(before.mean()))),
        rps_after=ranked.figure(float(np.exp(after.mean()))),
        blocks_before=len(before),
        blocks_after=len(after),
        relative=None if is_reference else _change(*welch(*pair.against, each)),
        absolute=_change(*welch(*pair.own, each)),
        verdict=None if is_reference else _verdict(*welch(*pair.against, each), delta=delta, floor=floor),
    )


def _change(difference: float, half: float | None) -> Change:
    return Change(
        ratio=float(np.exp(difference)),
        low=None if half is None else float(np.exp(difference - half)),
        high=None if half is None else float(np.exp(difference + half)),
    )


def _verdict(difference: float, half: float | None, *, delta: float, floor: float) -> ChangeVerdict:
    said = verdict(difference, np.nan if half is None else half, delta=float(np.log1p(delta)), floor=floor)
    return "worse" if said == "better" and difference < 0 else said


def _withdrawn(row: CellChange) -> CellChange:
    return row if row.verdict is None else row.model_copy(update={"verdict": "unresolved"})


def _notices(now: CampaignRecord, differences: tuple[Difference, ...], shared: Sequence[Paired]) -> list[Notice]:
    found = []
    if any(one.machine for one in differences):
        seen = "the machines differ: ratios to the reference may change with the machine alone"
        found.append(Notice(code="other-machine", seen=seen, mend="believe large changes only; measure both on one"))
    if reference_changed(now, differences):
        seen = "the reference itself changed: what changed for all cells alike is in the absolute figures only"
        found.append(Notice(code="reference-changed", seen=seen, mend="look at the absolute figure of the reference"))
    for one in shared:
        if one.before.void or one.after.void:
            seen = f"{one.after.scenario.id}: the reference was called different from itself in one of the campaigns"
            found.append(Notice(code="noise-floor", seen=seen, mend="measure that campaign again"))
    return found
