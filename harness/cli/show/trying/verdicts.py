"""What `harness verify` tells of a cell."""

from harness.campaign.cells.verifying import Outcome
from harness.model.asked.cell import Cell
from harness.model.notice import Failure
from harness.model.record import Record


class Verdict(Record):
    """Whether a cell answers the contract, and everything that is wrong with it. `cell`: its id. `audited`: the
    scenarios whose statements the database counted."""

    cell: str
    app: str
    server: str
    passed: bool
    scenarios: tuple[str, ...] = ()
    audited: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def verdict_of(cell: Cell, outcome: Outcome) -> Verdict:
    """A verification, or a failure to come up with the end of its log, as one verdict."""
    if isinstance(outcome, Failure):
        fault = f"{outcome.phase}: {outcome.reason}" + (f"\n{outcome.log_tail}" if outcome.log_tail else "")
        return Verdict(cell=cell.id, app=cell.app, server=cell.server, passed=False, faults=(fault,))
    faults = tuple(str(fault) for fault in outcome.faults)
    return Verdict(
        cell=cell.id,
        app=cell.app,
        server=cell.server,
        passed=outcome.passed,
        scenarios=outcome.scenarios,
        audited=outcome.audited,
        faults=faults,
    )
