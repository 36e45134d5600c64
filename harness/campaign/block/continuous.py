"""A continuous run of each cell before its first rotations: is it warm, and do the generator's figures add up?"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import groupby
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
from harness.model.asked.scenario import ScenarioManifest
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

Runs = dict[str, ContinuousRun]
"""By cell id."""


def run_continuously(bench: Bench, block: Block, scenario: Scenario, *, paces: Mapping[str, float]) -> Iterator[None]:
    """A run of each living cell that has had none, where the plan wants them and its budget has room; yields after
    every piece. A run that fails a gate is made once more, at once, beside the reference; what the second one shows
    holds. A cell that was steady only the second time is warmed for as long in every block to come."""
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
    for cells in pairs_of(bench.plan, scenario.manifest, due, paces):
        firsts = yield from runs_of(bench, block, scenario, cells, paces)
        if firsts is None:
            return
        for cell, first in firsts:
            runs = [first]
            if first.failed_gates:
                again = yield from runs_of(bench, block, scenario, [cell], paces)
                if again is None:
                    return
                runs += [second for _, second in again]
            remember(block, cell, runs, bench.plan.shape.continuous_s)


def runs_of(
    bench: Bench, block: Block, scenario: Scenario, cells: Sequence[Cell], paces: Mapping[str, float]
) -> Generator[None, None, list[tuple[Cell, ContinuousRun]] | None]:
    """The run of one cell beside its company, or of two, each the other's company; yields after every piece. None where
    it was cut short or a slice stayed void, driven again in vain: the next block may do."""
    records: list[SliceRecord] = []
    for slices in slices_of(bench.plan, block, scenario, cells, paces):
        with bench.phases.timed(CONTINUOUS_RUNS):
            records += drive(bench, block, slices)
        yield
        if bench.interrupt.asked or any(cell.id not in block.live for cell in cells):
            return None
    if any(record.is_void for record in records):
        return None
    return [(cell, run_of(block.number, cell.id, records)) for cell in cells]


def run_of(block: int, cell: str, records: Sequence[SliceRecord]) -> ContinuousRun:
    """The run of a cell out of the slices of two in turn. The very first and the last are company alone: a piece is
    held against the slices on both sides of it."""
    company = [record for record in records if record.target != cell]
    pieces = [record for record in (records[1:-1] if company else records) if record.target == cell]
    return continuous_run(block, pieces, company, little_ratio(pieces))


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


def pairs_of(
    plan: Plan, scenario: ScenarioManifest, cells: Sequence[Cell], paces: Mapping[str, float]
) -> Iterator[list[Cell]]:
    """Pairs of cells whose runs have the same number of pieces. A cell without a partner comes alone."""

    def pieces(cell: Cell) -> int:
        return pieces_in(plan, piece_of(plan, scenario, cell, paces))

    for _, alike in groupby(sorted(cells, key=pieces), key=pieces):
        left = list(alike)
        while left:
            yield left[:2]
            del left[:2]


def slices_of(
    plan: Plan, block: Block, scenario: Scenario, cells: Sequence[Cell], paces: Mapping[str, float]
) -> Iterator[list[Slice]]:
    """The slices of a run, as they are driven one after another: a slice of its company before the first piece and
    after each. Of two cells, each with its pieces the other's company, one more piece comes last."""
    first, *beside = [piece_of(plan, scenario.manifest, cell, paces) for cell in cells]
    if not beside:
        company = company_of(plan, block.living(scenario), cells[0])
        beside = [closed_slice(plan, other.id, scenario.manifest, paces.get(other.id)) for other in company]
    if beside:
        yield beside
    for _ in range(pieces_in(plan, first)):
        yield [first, *beside]
    if len(cells) > 1:
        yield [first]


def piece_of(plan: Plan, scenario: ScenarioManifest, cell: Cell, paces: Mapping[str, float]) -> Slice:
    """A piece of a cell's run."""
    level = scenario.rank.at
    wave_s = level.connections / paces[cell.id] if paces.get(cell.id) else 0.0
    wave_s = min(wave_s, longest_wave_s(plan))
    burn_in_s = max(plan.shape.burn_in_s, BURN_IN_WAVES * wave_s)
    return Slice(
        rotation=0,
        target=cell.id,
        scenario=scenario.id,
        level=level,
        burn_in_s=burn_in_s,
        length_s=burn_in_s + max(PIECE_S, COUNTED_WAVES * wave_s),
        drain_s=drain_of(scenario),
        counted=False,
        spins=plan.spins,
    )


def pieces_in(plan: Plan, piece: Slice) -> int:
    """How many pieces a run has."""
    return max(1, round(plan.shape.continuous_s / piece.length_s))


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
