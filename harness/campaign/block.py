"""One block: every cell of a group started afresh, all up together, verified, warmed, driven in rotations, stopped."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from harness.analysis.gather import gather
from harness.campaign.bench import Bench
from harness.campaign.planning import block_dice, rotation_of, warm_up_of
from harness.catalog.scenarios import Scenario
from harness.model.campaign import CellFacts
from harness.model.cell import Cell
from harness.model.load import Slice, SliceRecord
from harness.model.notice import Failure, Notice
from harness.model.trial import Trial
from harness.target.launch import LiveServer, launched_together
from harness.target.verification import Verification, verify_all

MIN_ROTATIONS: Final = 3
"""However slow the cells are, a block has this many rotations a scenario."""


@dataclass
class Block:
    """A block under way: who is live, who has failed, what was measured."""

    number: int
    tell: Callable[[], None]
    live: dict[str, LiveServer] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, CellFacts] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    slices: list[SliceRecord] = field(default_factory=list)

    def fail(self, failure: Failure) -> None:
        """Take a cell out of the rest of the block; what was measured of it is kept."""
        self.live.pop(failure.cell, None)
        self.failures.append(failure)

    def know(self, cell: str, **facts: Any) -> None:
        """Add to what was seen of a cell."""
        self.facts[cell] = self.facts[cell].model_copy(update=facts)

    def living(self, cells: Sequence[Cell]) -> list[Cell]:
        """Those of `cells` that are up and have not failed."""
        return [cell for cell in cells if cell.id in self.live]


def run_block(bench: Bench, block: Block, cells: Sequence[Cell], *, first: bool, is_last: Callable[[], bool]) -> None:
    """Measure `cells`. The contract is checked in full in the first block and after the last, else briefly."""
    dice = block_dice(bench.plan, block.number)
    with servers_up(bench, block, cells):
        verify(bench, block, cells, full=first)
        prepare(bench, block, cells)
        scenarios = [bench.scenarios[s.id] for s in dice.sample(bench.plan.scenarios, len(bench.plan.scenarios))]
        for scenario in scenarios:
            if bench.interrupt.asked:
                break
            takers = [cell for cell in cells if scenario in bench.stage.scenarios_of(cell)]
            rates = warm_up(bench, block, takers, scenario)
            rotate(bench, block, takers, scenario, rates=rates, dice=dice)
        verify(bench, block, cells, full=is_last() and not bench.interrupt.asked)


def trials_of(bench: Bench, block: Block) -> tuple[Trial, ...]:
    """What the counted slices of the block amount to."""
    return gather(
        block.slices,
        block.number,
        expectations={scenario.id: scenario.manifest.expect for scenario in bench.scenarios.values()},
        generator_cores=max(1, len(bench.cores.generator)),
    )


@contextmanager
def servers_up(bench: Bench, block: Block, cells: Sequence[Cell]) -> Iterator[None]:
    """Every cell's server started at the same time, for the length of the with-block; one that fails is noted."""
    bench.progress.block(block.number, len(cells))
    if bench.stage.service:
        bench.stage.service.settle()
    with ExitStack() as stack:
        with bench.phases.timed("start"):
            live, failures = stack.enter_context(launched_together(bench.stage.launches(cells)))
        block.live = live
        block.facts = {cell.id: bench.stage.facts_of(cell, live[cell.id]) for cell in cells if cell.id in live}
        for failure in failures:
            block.fail(failure)
        yield
        with bench.phases.timed("stop"):
            stack.close()


def verify(bench: Bench, block: Block, cells: Sequence[Cell], *, full: bool) -> None:
    """Check the contract of every living cell; one that does not keep it fails with what was seen."""
    living = block.living(cells)
    with bench.phases.timed("verify"):
        found = verify_all([(block.live[c.id].target, bench.stage.scenarios_of(c)) for c in living], full=full)
    for verification in found:
        if verification.passed:
            block.know(verification.cell, verified=verification.scenarios)
        else:
            block.fail(failure_of(verification, block.live[verification.cell]))


def failure_of(verification: Verification, server: LiveServer) -> Failure:
    """A verification that did not pass, as the reason why the cell is not ranked."""
    return Failure(
        cell=verification.cell,
        phase="verify",
        reason="does not keep the contract:\n" + "\n".join(str(fault) for fault in verification.faults),
        log_tail=server.process.log_tail(),
    )


def prepare(bench: Bench, block: Block, cells: Sequence[Cell]) -> None:
    """Tell the load driver what is live."""
    with bench.phases.timed("prepare"):
        targets = [block.live[cell.id].target for cell in block.living(cells)]
        bench.driver.prepare(targets, [scenario.for_driver for scenario in bench.scenarios.values()])


def warm_up(bench: Bench, block: Block, cells: Sequence[Cell], scenario: Scenario) -> dict[str, float]:
    """Drive each living cell uncounted; its rate by cell id."""
    slices = warm_up_of(bench.plan, block.living(cells), scenario.manifest)
    with bench.phases.timed("warm-up"):
        return {record.target: record.rate for record in drive(bench, block, slices)}


def rotate(
    bench: Bench,
    block: Block,
    cells: Sequence[Cell],
    scenario: Scenario,
    *,
    rates: Mapping[str, float],
    dice: random.Random,
) -> None:
    """Rotations for the time the plan gives a scenario, each on disk before the next begins."""
    ends = time.monotonic() + bench.plan.shape.rotations_s
    number = 0
    while not bench.interrupt.asked and (number < MIN_ROTATIONS or time.monotonic() < ends):
        living = block.living(cells)
        if not living:
            return
        with bench.phases.timed("slices"):
            drive(bench, block, rotation_of(bench.plan, living, scenario.manifest, rates, number=number, order=dice))
        number += 1


def drive(bench: Bench, block: Block, slices: Sequence[Slice]) -> list[SliceRecord]:
    """Drive the slices, write them down, and look who has died meanwhile."""
    records = list(bench.driver.drive(slices))
    bench.folder.append_slices(records, block.number)
    block.slices += records
    block.tell()
    for cell, server in list(block.live.items()):
        code = server.process.poll()
        if code is not None:
            block.fail(died(cell, server, code))
    return records


def died(cell: str, server: LiveServer, code: int) -> Failure:
    """A server that ended while it was measured."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return Failure(
        cell=cell, phase="measure", reason=f"the server {how} while it was measured", log_tail=server.process.log_tail()
    )
