"""A block under way: what is asked of it, who is live, who has failed, what was measured."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.campaign.block.costing import Costs
from harness.campaign.block.watching import Watch
from harness.campaign.cells.accounting import Ledger
from harness.campaign.plan.next_round import Need
from harness.catalog.scenarios import Scenario
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CellFacts
from harness.model.measured.load import SliceRecord
from harness.model.notice import Failure, Notice
from harness.under_test.launch.launch import LiveServer
from harness.under_test.verify.verification import Dated


@dataclass
class Block:
    """A block under way: what is asked of it, who is live, who has failed, what was measured.

    `scale`: how many times as long as planned the rotations take. `before`: what was seen of cells in earlier blocks.
    `timed`: scenarios whose latency is measured in it. `repeated`: (cell, scenario) of every trial that failed a gate
    and was repeated, and its first repeated rotation. `p99_s`: of response times, by (cell, scenario) of those ranked
    by it. `dated`: answers from before the rotations; at its end the block's verification looks whether dates have
    moved on since.
    """

    number: int
    cells: Sequence[Cell]
    need: Need
    before: Mapping[str, CellFacts] = field(default_factory=dict)
    scale: float = 1.0
    timed: Collection[str] = ()
    live: dict[str, LiveServer] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    facts: dict[str, CellFacts] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    slices: list[SliceRecord] = field(default_factory=list)
    repeated: dict[tuple[str, str], int] = field(default_factory=dict)
    p99_s: dict[tuple[str, str], float] = field(default_factory=dict)
    costs: Costs = field(default_factory=Costs)
    ledger: Ledger = field(default_factory=Ledger)
    watch: Watch = field(default_factory=Watch)
    dated: Dated = field(default_factory=dict)

    def fail(self, failure: Failure) -> None:
        """Take a cell out of the rest of the block; what was measured of it is kept."""
        self.live.pop(failure.cell, None)
        self.failures.append(failure)

    def fail_all(self, failures: Sequence[Failure]) -> None:
        for failure in failures:
            self.fail(failure)

    def know(self, cell: str, **facts: Any) -> None:
        """Add to what was seen of a cell."""
        self.facts[cell] = self.facts[cell].model_copy(update=facts)

    def living(self, scenario: Scenario | None = None) -> list[Cell]:
        """The cells that are up and have not failed; of those, the ones needed for `scenario`."""
        wanted = self.live.keys() if scenario is None else self.live.keys() & self.need.get(scenario.id, frozenset())
        return [cell for cell in self.cells if cell.id in wanted]

    def note(self, records: Sequence[SliceRecord]) -> None:
        """Take in what was driven, of whatever kind: the answers it took, and who has died meanwhile."""
        self.ledger.note(records)
        self._note_the_dead()

    def _note_the_dead(self) -> None:
        """Fail every cell whose server has ended."""
        for cell, server in list(self.live.items()):
            code = server.process.poll()
            if code is not None:
                self.fail(died(cell, server, code))


def died(cell: str, server: LiveServer, code: int) -> Failure:
    """A server that ended while it was measured."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
    return Failure(
        cell=cell, phase="measure", reason=f"the server {how} while it was measured", log_tail=server.process.log_tail()
    )
