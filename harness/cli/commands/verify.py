"""`harness verify`: do applications answer the contract?"""

from contextlib import ExitStack
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.console import output, print_json
from harness.cli.show.tables import table
from harness.model.errors import ExitCode

VerifiedServers = Annotated[
    list[str] | None,
    typer.Option(
        "--server",
        metavar="SERVER",
        help="Only on these servers, instead of every one that each application names (repeatable).",
    ),
]


def verify(
    *,
    only: options.Only = None,
    skip: options.Skip = None,
    server: VerifiedServers = None,
    scenario: options.ScenarioFilter = None,
    app: options.AppFolders = None,
    scenarios: options.ScenarioFolders = None,
    database: options.Database = None,
    database_url: options.DatabaseUrl = None,
    python: options.Interpreter = None,
    server_workers: options.ServerWorkers = None,
    start_timeout: options.StartTimeout = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> int:
    """Start applications and check them against the contract: every application, on every server it names, in every
    scenario it answers, unless options say less."""
    from harness.campaign.cells.verifying import verify_cells
    from harness.campaign.plan.options import RunOptions
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.project import Project
    from harness.campaign.session.progress import Silent
    from harness.cli.show.progress import Bar
    from harness.cli.show.verdicts import verdict_of
    from harness.process.folders import temporary_folder

    project = Project.here()
    prepared = prepare(
        project,
        RunOptions(
            selection=options.selection(only, skip, server or ["all"], scenario, app, scenarios=scenarios),
            place=options.place(database, database_url, python, server_workers, start_timeout),
            profile="full",
        ),
    )
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("verify"))
        progress = Silent() if quiet else stack.enter_context(Bar())
        cells = {cell.id: cell for cell in prepared.record.plan.cells}
        outcomes = verify_cells(project, prepared, workdir, progress)
        verdicts = [verdict_of(cells[outcome.cell], outcome) for outcome in outcomes]
    if json:
        print_json([verdict.model_dump(mode="json") for verdict in verdicts])
    else:
        rows = [(v.app, v.server, "ok" if v.passed else "failed", "\n".join(v.faults)) for v in verdicts]
        output.print(table(("application", "server", "", "what is wrong"), rows))
    return ExitCode.OK if all(verdict.passed for verdict in verdicts) else ExitCode.CELL_FAILED
