"""`harness serve`: start one application as a campaign would, to look at it by hand."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Annotated

import typer

from harness.cli.console import messages, output
from harness.cli.option_record import options_from
from harness.cli.options import Folders, OneSetting, selection
from harness.model.errors import ExitCode, UsageError

LOOK_S = 60.0


@dataclass(frozen=True, kw_only=True)
class ServeAsked(OneSetting, Folders):
    """The options of `harness serve`."""

    app_id: Annotated[str, typer.Argument(metavar="APP", help="The application's id.")]
    server: Annotated[
        str | None,
        typer.Option("--server", metavar="SERVER", help="Server to use (default: the application's default server)."),
    ] = None
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, metavar="PORT", help="Port to listen on (default: a free one)."),
    ] = None


@options_from(ServeAsked)
def serve(asked: ServeAsked) -> int:
    """Start one application exactly as a campaign would, and keep it up until Ctrl-C."""
    from harness.campaign.cells.serving import serving
    from harness.campaign.plan.options import Generator, RunOptions
    from harness.campaign.plan.preparation import prepare
    from harness.campaign.plan.project import Project
    from harness.cli.show.progress import Bar
    from harness.process.folders import temporary_folder

    project = Project.here()
    servers = [asked.server] if asked.server else None
    options = RunOptions(
        selection=selection(asked, only=[asked.app_id], servers=servers),
        platform=asked.platform,
        generator=Generator(waiting="block"),  # nothing is measured
    )
    try:
        prepared = prepare(project, options)
    except UsageError as fault:
        if fault.where == "--only":  # the filter that APP stands for here
            raise UsageError(fault.what, where="APP", mend=fault.mend) from None
        raise
    with ExitStack() as stack:
        workdir = stack.enter_context(temporary_folder("serve"))
        progress = stack.enter_context(Bar())
        live = stack.enter_context(serving(project, prepared, workdir, asked.port, progress))
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
