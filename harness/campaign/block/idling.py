"""What a server costs while nobody asks anything of it: CPU time, for which some cells are measured alone, and memory
of connections that stay open."""

from collections.abc import Mapping
from typing import Final

from harness.campaign.block.bench import Bench
from harness.campaign.block.state import Block
from harness.campaign.cells.holding import hold, holdable
from harness.measure.tree import idle_cpu_shares
from harness.model.asked.cell import Cell
from harness.model.measured.campaign import CellFacts
from harness.model.notice import Notice
from harness.under_test.launch.launch import LiveServer

FIRST_LOOK_S: Final = 1.0
LOOKS: Final = 3
LOOK_S: Final = 1.0
"""Only a cell above the bound in the first look is looked at again: so often, and so long each time."""

IDLE_BOUND: Final = 0.02
"""Of the servers' cores: what every other cell may lose to an idle one. Less than the difference that matters, and more
than the tick of any event loop (docs/method.md)."""


def burning(live: Mapping[str, LiveServer], cores: int) -> dict[str, float]:
    """Cells whose idle server uses more than IDLE_BOUND of `cores` in every look: the smallest look, of one core."""
    roots = {cell: server.process.warden_pid for cell, server in live.items()}
    found = _above(idle_cpu_shares(roots, FIRST_LOOK_S), cores)
    for _ in range(LOOKS):
        if not found:
            break
        again = _above(idle_cpu_shares({cell: roots[cell] for cell in found}, LOOK_S), cores)
        found = {cell: min(share, again[cell]) for cell, share in found.items() if cell in again}
    return found


def _above(shares: Mapping[str, float | None], cores: int) -> dict[str, float]:
    return {cell: share for cell, share in shares.items() if share is not None and share > IDLE_BOUND * cores}


def set_the_burning_apart(bench: Bench, block: Block) -> None:
    """Stop each cell that would slow the others, and note that it is measured alone. One that was set apart before is
    judged by what it does now. The reference and its twin stay in any case: every comparison needs them."""
    burned = {cell.id for cell in block.living() if _burned(block, cell)}
    if len(block.live) == 1 and not burned:
        return
    cores, together = len(bench.cores.server) or 1, len(block.live) > 1
    with block.costs.idle(block.live):
        found = burning(block.live, cores)
    for cell in block.living():
        if cell.id in burned or cell.id in found:
            block.know(cell.id, idle_cpu_share=found.get(cell.id, 0.0))
        if cell.id not in found:
            continue
        stays = cell.id in bench.plan.reference_cells
        if cell.id not in burned:
            block.notices.append((_stays if stays else _goes)(cell, found[cell.id], cores))
        if together and not stays:
            block.live.pop(cell.id).process.stop()


def hold_open(bench: Bench, block: Block) -> None:
    """Once for each cell and scenario: what many connections cost that stay open. After everything that is counted."""
    for cell in block.living():
        before = block.before.get(cell.id, CellFacts()).held
        asked = [one for one in bench.stage.scenarios_of(cell) if holdable(one) and one.id not in before]
        if asked and not bench.interrupt.asked:
            with bench.phases.timed("hold"):
                held = {scenario.id: hold(block.live[cell.id], scenario) for scenario in asked}
            block.know(cell.id, held=before | held)


def _burned(block: Block, cell: Cell) -> bool:
    """Whether the cell burned CPU when it was last looked at."""
    before = block.before.get(cell.id)
    return before is not None and bool(before.idle_cpu_share)


def _goes(cell: Cell, share: float, cores: int) -> Notice:
    seen = f"{cell.id} uses {_of_cores(share, cores)} while idle; it is measured alone, outside the rotations"
    return Notice(code="burns-while-idle", seen=seen, mend="see what it does while no request comes in")


def _stays(cell: Cell, share: float, cores: int) -> Notice:
    seen = (
        f"the reference {cell.id} uses {_of_cores(share, cores)} while idle: every other cell loses about that share"
        " of its rate to it, so ratios to the reference are too low by as much"
    )
    return Notice(code="reference-burns-while-idle", seen=seen, mend="choose another one: harness run --reference APP")


def _of_cores(share: float, cores: int) -> str:
    of_all = f" ({share / cores:.1%} of the servers' {cores} cores)" if cores > 1 else ""
    return f"{share:.1%} of a core{of_all}"
