"""`harness worker`: make load for a campaign that runs on another machine."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.console import messages
from harness.model.errors import ExitCode

Master = Annotated[
    str, typer.Option("--master", metavar="HOST", help="Machine on which harness run --workers N waits.")
]
Port = Annotated[int, typer.Option("--port", min=1, max=65535, metavar="PORT", help="Port of the master.")]
Journal = Annotated[
    Path | None, typer.Option("--journal", metavar="FILE", help="File that gets a copy of every record sent.")
]
Wait = Annotated[int, typer.Option("--wait", min=1, metavar="SECONDS", help="Longest wait for the master, in seconds.")]


def worker(*, master: Master, port: Port = 5557, journal: Journal = None, wait: Wait = 300) -> int:
    """Make load for a campaign on another machine, until it sends this worker home. The channel is not encrypted."""
    from harness.load.join import work_for
    from harness.measure.cores import split_cores
    from harness.process.folders import temporary_folder

    messages.print(f"Working for {master}:{port}; Ctrl-C leaves", markup=False, highlight=False)
    with temporary_folder("worker") as folder:
        cores = split_cores()
        # Nothing else of a campaign runs here: the worker may use any core.
        cpus = (*cores.generator, *cores.server, *cores.services)
        work_for(master, port, log=folder / "worker.log", cpus=tuple(sorted(set(cpus))), journal=journal, wait_s=wait)
    return ExitCode.OK
