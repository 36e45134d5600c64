"""Applications started and held to the contract, and what was found of them on the terminal."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from harness.campaign.cells.verifying import verify_cells
from harness.campaign.plan.preparation import Prepared
from harness.campaign.plan.project import Project
from harness.campaign.session.progress import Silent
from harness.cli.console import output
from harness.cli.show.progress import Bar
from harness.cli.show.tables import table, who
from harness.cli.show.trying.verdicts import Verdict, verdict_of
from harness.model.asked.cell import Cell, differences
from harness.process.folders import temporary_folder


@dataclass(frozen=True)
class Verified:
    """What was found of each cell."""

    cells: tuple[Cell, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        return all(verdict.passed for verdict in self.verdicts)

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)


def verified(project: Project, prepared: Prepared, *, quiet: bool) -> Verified:
    """Start what is prepared (`to_verify`) and look at each cell in full."""
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("verify"))
        progress = Silent() if quiet else stack.enter_context(Bar())
        cells = {cell.id: cell for cell in prepared.record.plan.cells}
        outcomes = verify_cells(project, prepared, workdir, progress)
        verdicts = tuple(verdict_of(cells[outcome.cell], outcome) for outcome in outcomes)
    return Verified(tuple(cell for cell in cells.values() if not cell.twin), verdicts)


def show(verdicts: Sequence[Verdict], cells: Sequence[Cell]) -> None:
    """A row for each verdict. Those that failed come last: there a terminal, and the end of a log, show them.
    `cells`: all that were looked at, by which each row is named."""
    verdicts = sorted(verdicts, key=lambda verdict: not verdict.passed)
    heads, names = who(verdicts, differences(cells))
    said = [("ok" if verdict.passed else "failed", "\n".join(verdict.faults)) for verdict in verdicts]
    rows = [(*name, *words) for name, words in zip(names, said, strict=True)]
    output.print(table((*heads, "", "what is wrong"), rows))
