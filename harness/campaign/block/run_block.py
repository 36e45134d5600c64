"""One block: every cell of a group started afresh, all up together, verified, warmed, driven in rotations, stopped."""

import random
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain
from typing import Final

from harness.analysis.trials.gather import gather
from harness.campaign.block.bench import Bench
from harness.campaign.block.continuous import run_continuously
from harness.campaign.block.driving import drive, drive_rotation, judge_samples, without_void
from harness.campaign.block.idling import hold_open, set_the_burning_apart
from harness.campaign.block.judging import judged
from harness.campaign.block.latency import measure_latency, measure_p99, rates_of, timed_in
from harness.campaign.block.state import Block
from harness.campaign.block.watching import no_longer_alone
from harness.campaign.cells.accounting import counters_lost, failure_of_account, short, was_reset
from harness.campaign.cells.resetting import reset
from harness.campaign.plan.cells import seen_short_of_workers
from harness.campaign.plan.planning import (
    Driven,
    at_ranking_level,
    block_dice,
    repeated_with,
    rotation_of,
    warm_up_of,
)
from harness.campaign.session.surviving import refuse_lost
from harness.catalog.scenarios import Scenario
from harness.measure.tree import tree_size
from harness.model.asked.cell import Cell
from harness.model.errors import TargetFailed
from harness.model.measured.trial import Trial
from harness.model.notice import Failure, Notice
from harness.under_test.launch.launch import as_failure, launched_together
from harness.under_test.verify.verification import failure_of, verify_all

MIN_ROTATIONS: Final = 3
"""However slow the cells are, a block has this many rotations a scenario."""


def run_block(bench: Bench, block: Block, *, first: bool) -> Generator[None, None, None]:
    """Measure; yields after every rotation. The contract is checked in full before the cells' first block and after
    every one: which is the last, nobody knows beforehand."""
    dice = block_dice(bench.plan, block.number)
    with servers_up(bench, block, one_by_one=first):
        if bench.interrupt.asked:
            return
        verify(bench, block, full=first)
        rest(bench, block, first=first)
        prepare(bench, block)
        block.timed = timed_in(bench, block)
        for scenario in dice.sample(list(bench.scenarios.values()), len(bench.scenarios)):
            if block.living(scenario) and not bench.interrupt.asked:
                yield from measure_scenario(bench, block, scenario, dice)
        if first:
            look_at_workers(block)
        judge_samples(bench, block)
        block.fail_all(no_longer_alone(block.live))
        verify(bench, block, full=not bench.interrupt.asked, after=True)
        hold_open(bench, block)  # the last of all: threads that stream go on long after their clients are gone


def measure_scenario(bench: Bench, block: Block, scenario: Scenario, dice: random.Random) -> Iterator[None]:
    """Warm up, rotate, repeat once whatever failed a gate, and measure latency where it is asked for."""
    warm = warm_up(bench, block, scenario)
    paces = at_ranking_level(warm, scenario.manifest)
    yield from run_continuously(bench, block, scenario, paces=paces)
    before = block.costs.so_far(block.live)
    length_s = bench.plan.rotations_s_of(scenario.manifest) * block.scale
    cells = block.living(scenario)
    first = len(block.slices)
    rotations = rotate(bench, block, cells, scenario, paces=warm, dice=dice, length_s=length_s)
    yield from block.watch.over(block.live, scenario.id, block.slices, rotations, length_s)
    heed_logs(bench, block, block.watch.failures(block.live, scenario.id, block.slices[first:]))
    block.costs.spent(scenario.id, block.live, before)
    if failing := repeatable(bench, block, scenario):
        again = repeated_with(bench.plan, cells, failing, block.live.keys())
        block.repeated |= {(cell, scenario.id): rotations_done(block, scenario) for cell in failing}
        share, before = length_s * len(again) / len(cells), block.costs.so_far(block.live)
        yield from rotate(bench, block, again, scenario, paces=warm, dice=dice, length_s=share)
        block.costs.spent(scenario.id, block.live, before, repeated=failing)
    usual = {**paces, **rates_of(block.slices[first:])}
    yield from measure_latency(bench, block, scenario, usual=usual, dice=dice)
    yield from measure_p99(bench, block, scenario, usual=usual, dice=dice)
    yield from measure_other_levels(bench, block, scenario, dice)
    if scenario.manifest.writes:
        undo(bench, block)


def heed_logs(bench: Bench, block: Block, logging: Sequence[Failure]) -> None:
    """An application that logs each request has failed; of somebody's own service that is how it is run."""
    services = {cell.id for cell in block.cells if bench.stage.prepared.applications[cell.app].manifest.service}
    block.fail_all([failure for failure in logging if failure.cell not in services])
    if any(failure.cell in services for failure in logging):
        seen = "the service logs each request, and its figures are those of a service that does"
        block.notices.append(
            Notice(code="logs-requests", seen=seen, mend="turn its access log off to see what it costs")
        )


def look_at_workers(block: Block) -> None:
    """Whether own servers run as many workers as they were asked to: after load, since some start threads by need."""
    for cell in block.living():
        if not cell.twin:
            processes, threads = tree_size(block.live[cell.id].process.warden_pid)
            block.notices += seen_short_of_workers(cell, processes, threads)


def undo(bench: Bench, block: Block) -> None:
    """Put every cell's tables back: the next scenario's answers are checked against the rows that were seeded."""
    with bench.phases.timed("undo"):
        for cell in block.living():
            tables = bench.stage.tables_of(cell)
            try:
                if tables:
                    tables.restore()
            except TargetFailed as fault:
                refuse_lost(bench.stage.services)
                block.fail(as_failure(cell, fault))


def measure_other_levels(bench: Bench, block: Block, scenario: Scenario, dice: random.Random) -> Iterator[None]:
    """The levels that are in no rotation yet, where the plan gives them time: for charts, so nothing is repeated."""
    for level in scenario.manifest.levels if bench.plan.shape.levels_s else ():
        if level not in scenario.manifest.in_every_rotation and not bench.interrupt.asked:
            driven = scenario.at(level)
            with bench.phases.timed("warm-up"):
                warm = drive(bench, block, warm_up_of(bench.plan, block.living(scenario), driven.manifest))
            paces = {(record.target, level): record.pace for record in warm if not record.is_void}
            length_s = bench.plan.shape.levels_s
            yield from rotate(bench, block, block.living(scenario), driven, paces=paces, dice=dice, length_s=length_s)


def repeatable(bench: Bench, block: Block, scenario: Scenario) -> frozenset[str]:
    """Living cells whose trial failed a gate: they are measured once more, whatever their figures were."""
    if bench.interrupt.asked:
        return frozenset()
    level = scenario.manifest.rank.at
    measured = [t for t in trials_of(bench, block) if t.scenario == scenario.id and t.level == level]
    trials = [trial for trial in measured if trial.failed_gates]
    return frozenset(trial.cell for trial in trials if trial.cell in block.live)


def rotations_done(block: Block, scenario: Scenario) -> int:
    level = scenario.manifest.rank.at
    slices = [record for record in block.slices if record.scenario == scenario.id and record.level == level]
    done = [record.rotation for record in slices if record.counted]
    return max(done, default=-1) + 1


def trials_of(bench: Bench, block: Block) -> tuple[Trial, ...]:
    """What the counted slices amount to; a trial that was repeated comes twice, the repeat after what it repeats."""
    ranked = {scenario.id: scenario.manifest.rank.at for scenario in bench.scenarios.values()}
    at_ranking_level = [record for record in block.slices if record.level == ranked[record.scenario]]
    repeats = [r for r in at_ranking_level if r.rotation >= block.repeated.get((r.target, r.scenario), r.rotation + 1)]
    ids = {id(record) for record in repeats}
    firsts = [record for record in block.slices if id(record) not in ids]
    expectations = {s.id: s.manifest.expect_of_all for s in bench.scenarios.values() if s.manifest.expect_of_all}
    trials: list[Trial] = []
    for slices, repeat in ((firsts, False), (repeats, True)):
        for trial in gather(
            slices, block.number, expectations=expectations, generator_cores=bench.plan.generator_cores
        ):
            # At other levels nothing is noted but what was answered.
            ranked_level = trial.level == ranked[trial.scenario]
            own = (trial.cell, trial.scenario)
            cost = block.costs.of(*own, repeat=repeat) if ranked_level else None
            cost = block.costs.at_level(cost, *own, trial.level, {slice_.rotation for slice_ in slices})
            cost = cost and without_void(cost, trial, slices)
            cost = cost and (block.watch.added_to(cost, *own) if ranked_level else cost)
            p99_s = block.p99_s.get(own) if ranked_level else None
            known = {"cost": cost, "p99_s": p99_s, "repeat": repeat}
            trials.append(judged(bench, trial.model_copy(update=known), slices))
    return tuple(trials)


@contextmanager
def servers_up(bench: Bench, block: Block, *, one_by_one: bool) -> Iterator[None]:
    """Every cell's server, for the length of the with-block; one that fails is noted.

    They start at the same time, which is fast, or one by one, which tells how long each takes.
    """
    bench.progress.block(block.number, len(block.cells))
    with ExitStack() as stack:
        with bench.waiting("start"):
            if bench.stage.service:
                bench.stage.service.settle()
            block.ledger.open(bench.stage.counters_of(block.cells))
            block.failures += reset(bench.stage, block.cells)
            unable = {failure.cell for failure in block.failures}
            launches = bench.stage.launches([cell for cell in block.cells if cell.id not in unable])
            for batch in [[launch] for launch in launches] if one_by_one else [launches]:
                live, failures = stack.enter_context(launched_together(batch))
                if failures:
                    refuse_lost(bench.stage.services)
                block.live |= live
                block.failures += failures
        block.facts = {c.id: bench.stage.facts_of(c, block.live[c.id]) for c in block.cells if c.id in block.live}
        yield
        with bench.phases.timed("stop"):
            stack.close()
            settle_accounts(bench, block)


def settle_accounts(bench: Bench, block: Block) -> None:
    """Hold what the block's answers demand of services against what they counted; who falls short has failed."""
    failed = {failure.cell for failure in block.failures}
    counters = bench.stage.counters_of(block.cells)
    passed = {cell: own for cell, own in counters.items() if cell in block.facts.keys() - failed}
    accounts = block.ledger.close(block.number, passed, bench.scenarios)
    lost = [cell for cell, found in accounts.items() if any(map(was_reset, found))]
    block.notices += counters_lost(lost)
    for cell, found in accounts.items():
        block.know(cell, accounts=found)
        for account in found if cell not in lost else ():
            if short(account):
                block.fail(failure_of_account(account, cell, tuple(bench.scenarios.values())))


def verify(bench: Bench, block: Block, *, full: bool, after: bool = False) -> None:
    """Check the contract of every living cell; one that does not keep it fails with what was seen."""
    living = block.living()
    # After a rotation that was finished for an end, the contract is looked at all the same.
    with bench.phases.timed("verify") if bench.interrupt.asked else bench.waiting("verify"):
        found = verify_all(
            [bench.stage.subject(cell, block.live[cell.id]) for cell in living], full=full, dated=block.dated
        )
    if not all(verification.passed for verification in found):
        refuse_lost(bench.stage.services)
    for verification in found:
        block.ledger.note_answers(verification.cell, verification.answers)
        if verification.passed:
            block.know(verification.cell, **{"verified_after" if after else "verified": verification.scenarios})
        else:
            log_tail = block.live[verification.cell].process.log_tail()
            block.fail(failure_of(verification.cell, "verify", verification.faults, log_tail))


def rest(bench: Bench, block: Block, *, first: bool) -> None:
    """Look at the servers while nobody asks anything of them. One that burns CPU would slow the others: it is stopped,
    and measured alone in a block of its own."""
    with bench.waiting("rest"):
        block.costs.at_rest(block.live, started_alone=first)
        set_the_burning_apart(bench, block)


def prepare(bench: Bench, block: Block) -> None:
    """Tell the load driver what is live."""
    with bench.waiting("prepare"):
        targets = [block.live[cell.id].target for cell in block.living()]
        bench.driver.prepare(targets, [scenario.for_driver for scenario in bench.scenarios.values()])


def warm_up(bench: Bench, block: Block, scenario: Scenario) -> dict[Driven, float]:
    """Drive each living cell uncounted at each level of a rotation; its paces. What services do for each is measured
    here, where one cell has them for itself long enough."""
    services = bench.stage.processes_of(scenario)
    paces: dict[Driven, float] = {}
    longer = {cell: facts.warm_up_s for cell, facts in block.before.items() if facts.warm_up_s}
    levels = sorted(scenario.manifest.in_every_rotation, key=lambda level: level == scenario.manifest.rank.at)
    slices = [warm_up_of(bench.plan, block.living(scenario), scenario.at(at).manifest, longer) for at in levels]
    with bench.waiting("warm-up"):
        for plan in chain.from_iterable(slices):
            with block.costs.service_for(plan.target, scenario.id, services) as answered:
                for record in drive(bench, block, [plan]):
                    if not record.is_void:
                        paces[record.target, record.level] = record.pace
                    answered(record.answered)
    return paces


def rotate(
    bench: Bench,
    block: Block,
    cells: Sequence[Cell],
    scenario: Scenario,
    *,
    paces: Mapping[Driven, float],
    dice: random.Random,
    length_s: float,
) -> Iterator[None]:
    """Rotations of the living among `cells` for `length_s`, each on disk before the next begins; yields after each."""
    ends = time.monotonic() + length_s
    begun = number = rotations_done(block, scenario)
    latest = dict(paces)  # the warm-up may have filled caches, or seen a moment of the machine
    while not bench.interrupt.asked and (number < begun + MIN_ROTATIONS or time.monotonic() < ends):
        living = [cell for cell in cells if cell.id in block.live]
        if not living:
            return
        rotation = rotation_of(bench.plan, living, scenario.manifest, latest, number=number, order=dice)
        with bench.phases.timed("slices"):
            records = drive_rotation(bench, block, rotation)
        latest |= {(r.target, r.level): r.pace for r in records if r.pace and not r.is_void}
        number += 1
        yield
