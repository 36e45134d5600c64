"""A continuous run of each cell before its first rotations: is it warm, and do the generator's figures add up?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from harness.analysis.trials.bound import little_ratio
from harness.analysis.trials.continuous import continuous_run, in_words
from harness.campaign.block.bench import Bench
from harness.campaign.block.driving import drive
from harness.campaign.block.state import Block
from harness.campaign.plan.continuous_budget import PIECE_S, affordable, not_made
from harness.campaign.plan.planning import closed_slice, drain_of
from harness.catalog.scenarios import Scenario
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import Plan
from harness.model.measured.continuous import ContinuousRun
from harness.model.measured.load import Slice, SliceRecord
from harness.model.notice import Notice

BURN_IN_WAVES: Final = 2.5
"""Of a piece: so many times what a request takes when all connections wait; before that they do not wait as long. The
half keeps the edges of what is counted off the waves (planning.whole_waves)."""

COUNTED_WAVES: Final = 4
"""Of a piece, at least: what is not answered within it is missing from its mean response time."""

CONTINUOUS_RUNS: Final = "continuous runs"
"""The phase of a campaign's time."""

TRIES: Final = 2
"""A run that fails a gate is made once more, at once; what the second one shows holds."""


def run_continuously(bench: Bench, block: Block, scenario: Scenario, *, paces: Mapping[str, float]) -> Iterator[None]:
    """A run of each living cell that has had none, where the plan wants them and its budget has room; yields after
    every piece. A cell that was steady only the second time is warmed for as long in every block to come."""
    due = [
        cell
        for cell in block.living(scenario)
        if not cell.twin and not had_one(block, cell.id) and can_be_judged(bench.plan, scenario, paces.get(cell.id))
    ]
    if not bench.plan.shape.continuous_s or not due:
        return
    if not affordable(bench.plan):
        block.notices.append(not_made(bench.plan))
        return
    for cell in due:
        runs: list[ContinuousRun] = []
        while len(runs) < TRIES and (not runs or runs[-1].failed_gates):
            own: list[SliceRecord] = []
            between: list[SliceRecord] = []
            for slices in slices_of(bench.plan, block, scenario, cell, paces):
                with bench.phases.timed(CONTINUOUS_RUNS):
                    for record in drive(bench, block, slices):
                        (own if record.target == cell.id else between).append(record)
                yield
                if bench.interrupt.asked or cell.id not in block.live:
                    return
            if any(record.is_void for record in (*own, *between)):  # driven again in vain: the next block may do
                return
            runs.append(continuous_run(block.number, own, between, little_ratio(own)))
        remember(block, cell, runs, bench.plan.shape.continuous_s)


def had_one(block: Block, cell: str) -> bool:
    """Whether the cell had its run, in this block or before."""
    return any(facts is not None and facts.continuous for facts in (block.before.get(cell), block.facts.get(cell)))


def can_be_judged(plan: Plan, scenario: Scenario, pace: float | None) -> bool:
    """Whether a run means anything. Little's law says nothing before every connection was answered once: until then
    none has waited as long as it will. Nor does it where some requests are not timed, which only scenarios ranked by
    response times have."""
    if scenario.manifest.rank.rate is not None:
        return False
    wave_s = scenario.manifest.rank.at.connections / pace if pace else 0.0
    return wave_s <= BURN_IN_WAVES * longest_wave_s(plan)


def longest_wave_s(plan: Plan) -> float:
    """What a run has room for, seconds."""
    return plan.shape.continuous_s / (BURN_IN_WAVES + COUNTED_WAVES)


def slices_of(
    plan: Plan, block: Block, scenario: Scenario, cell: Cell, paces: Mapping[str, float]
) -> Iterator[list[Slice]]:
    """The slices of a run, as they are driven one after another: pieces of the cell, and a slice of its company before
    the first and after each."""
    level = scenario.manifest.rank.at
    wave_s = level.connections / paces[cell.id] if paces.get(cell.id) else 0.0
    wave_s = min(wave_s, longest_wave_s(plan))
    burn_in_s = max(plan.shape.burn_in_s, BURN_IN_WAVES * wave_s)
    piece = Slice(
        rotation=0,
        target=cell.id,
        scenario=scenario.id,
        level=level,
        burn_in_s=burn_in_s,
        length_s=burn_in_s + max(PIECE_S, COUNTED_WAVES * wave_s),
        drain_s=drain_of(scenario.manifest),
        counted=False,
        spins=plan.spins,
    )
    company = company_of(plan, block.living(scenario), cell)
    beside = [closed_slice(plan, other.id, scenario.manifest, paces.get(other.id)) for other in company]
    if beside:
        yield beside
    for _ in range(max(1, round(plan.shape.continuous_s / piece.length_s))):
        yield [piece, *beside]


def company_of(plan: Plan, living: Sequence[Cell], cell: Cell) -> Sequence[Cell]:
    """Who shows the machine's speed meanwhile: the reference, else its twin, else any other cell that is up."""
    references = [one for one in living if one.id in plan.reference_cells]
    return [one for one in (*references, *living) if one.id != cell.id][:1]


def remember(block: Block, cell: Cell, runs: Sequence[ContinuousRun], lasting_s: float) -> None:
    """Note the runs of a cell; where there are two, what each showed."""
    block.know(cell.id, continuous=tuple(runs))
    if len(runs) == 1:
        return
    seen = f"{cell.id} had two continuous runs: {in_words(runs[0])}; then {in_words(runs[1])}"
    mend = "" if runs[1].failed_gates else f"it is warmed for {lasting_s:g} s in every later block"
    block.notices.append(Notice(code="run-repeated", seen=seen, mend=mend))
    if not runs[1].failed_gates:
        block.know(cell.id, warm_up_s=lasting_s)
