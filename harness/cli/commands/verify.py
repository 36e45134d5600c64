"""`harness verify`: do applications answer the contract?"""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated

import typer

from harness.cli.console import output, print_json
from harness.cli.option_record import options_from
from harness.cli.options import Filters, Json, Quiet, SeveralSettings
from harness.cli.show.tables import table, who
from harness.model.asked.cell import differences
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class VerifyAsked(SeveralSettings, Filters):
    """The options of `harness verify`."""

    server: Annotated[
        list[str] | None,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="Verify on these servers only (repeatable; default: every server that an application names).",
        ),
    ] = None
    json: Json = False
    quiet: Quiet = False


@options_from(VerifyAsked)
def verify(asked: VerifyAsked) -> int:
    """Start applications and check them against the contract: every application, on every server it names, in every
    scenario it answers, unless options say less."""
    from harness.campaign.cells.verifying import verify_cells
    from harness.campaign.plan.options import Generator, RunOptions
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.project import Project
    from harness.campaign.session.progress import Silent
    from harness.cli.show.progress import Bar
    from harness.cli.show.trying.verdicts import verdict_of
    from harness.process.folders import temporary_folder

    project = Project.here()
    prepared = prepare(
        project,
        RunOptions(
            selection=asked.selection.model_copy(update={"servers": tuple(asked.server or ["all"])}),
            platform=asked.platform,
            generator=Generator(waiting="block"),  # nothing is measured
            profile="full",
        ),
    )
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("verify"))
        progress = Silent() if asked.quiet else stack.enter_context(Bar())
        cells = {cell.id: cell for cell in prepared.record.plan.cells}
        outcomes = verify_cells(project, prepared, workdir, progress)
        verdicts = [verdict_of(cells[outcome.cell], outcome) for outcome in outcomes]
    if asked.json:
        print_json([verdict.model_dump(mode="json") for verdict in verdicts])
    else:
        heads, names = who(verdicts, differences(cell for cell in cells.values() if not cell.twin))
        said = [("ok" if verdict.passed else "failed", "\n".join(verdict.faults)) for verdict in verdicts]
        rows = [(*name, *words) for name, words in zip(names, said, strict=True)]
        output.print(table((*heads, "", "what is wrong"), rows))
    return ExitCode.OK if all(verdict.passed for verdict in verdicts) else ExitCode.CELL_FAILED
