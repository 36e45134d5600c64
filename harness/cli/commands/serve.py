"""`harness serve`: start one application as a campaign would, to look at it by hand."""

from contextlib import ExitStack
from typing import Annotated

import typer

from harness.cli import options
from harness.cli.console import messages, output
from harness.model.errors import ExitCode, UsageError

LOOK_S = 60.0

App = Annotated[str, typer.Argument(metavar="APP", help="The application's id.")]
Server = Annotated[
    str | None, typer.Option("--server", metavar="SERVER", help="One of its servers instead of the default one.")
]
Port = Annotated[int | None, typer.Option("--port", min=1, max=65535, metavar="PORT", help="Instead of a free one.")]


def serve(
    app_id: App,
    *,
    server: Server = None,
    port: Port = None,
    app: options.AppFolders = None,
    scenarios: options.ScenarioFolders = None,
    database: options.Database = None,
    database_url: options.DatabaseUrl = None,
    python: options.Interpreter = None,
    server_workers: options.ServerWorkers = None,
    start_timeout: options.StartTimeout = None,
) -> int:
    """Start one application exactly as a campaign would, and keep it up until Ctrl-C."""
    from harness.campaign.cells.serving import serving
    from harness.campaign.plan.options import RunOptions
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.project import Project
    from harness.cli.show.progress import Bar
    from harness.process.folders import temporary_folder

    project = Project.here()
    asked = RunOptions(
        selection=options.selection([app_id], None, [server] if server else None, None, app, scenarios=scenarios),
        place=options.place(database, database_url, python, server_workers, start_timeout),
    )
    try:
        prepared = prepare(project, asked)
    except UsageError as fault:
        if fault.where == "--only":  # the filter that APP stands for here
            raise UsageError(fault.what, where="APP", mend=fault.mend) from None
        raise
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("serve"))
        progress = stack.enter_context(Bar())
        live = stack.enter_context(serving(project, prepared, workdir, port, progress))
        address = f"http://{live.target.host}:{live.target.port}"
        output.print(address, markup=False, highlight=False)
        messages.print("Up, until Ctrl-C. Load from Locust, with its page at http://127.0.0.1:8089:")
        messages.print(
            f"  .venv/bin/locust -f harness/load/by_hand/locustfile.py --web-host 127.0.0.1 --host {address}",
            markup=False,
            highlight=False,
        )
        try:
            while (code := live.process.wait(LOOK_S)) is None:
                pass
        except KeyboardInterrupt:
            return ExitCode.OK
        messages.print(f"The server ended by itself with {code}:\n{live.process.log_tail()}", markup=False)
    return ExitCode.CELL_FAILED
