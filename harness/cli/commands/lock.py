"""`harness lock`: resolve the versions that applications run with."""

from typing import Annotated

import typer

from harness.cli import options
from harness.cli.console import messages
from harness.model.errors import ExitCode

Keep = Annotated[
    bool, typer.Option("--keep", help="Keep locked versions that still fit, instead of taking the newest.")
]


def lock(
    *,
    only: options.Only = None,
    skip: options.Skip = None,
    app: options.AppFolders = None,
    keep: Keep = False,
) -> int:
    """Make each application's requirements.txt anew from its requirements.in, its servers and what all share."""
    from harness.campaign.options import Selection
    from harness.campaign.project import Project
    from harness.campaign.selection import select
    from harness.target.locks import lock as resolve
    from harness.target.servers import SERVERS

    project = Project.here()
    wanted = Selection(only=tuple(only or ()), skip=tuple(skip or ()), app_folders=tuple(app or ()), servers=("all",))
    found = select(project, wanted)
    messages.print("Resolving; this asks the package index", style="dim")
    written = resolve(
        found.applications,
        {server.id: server.requirements for server in SERVERS.values()},
        project.apps,
        project.cache,
        upgrade=not keep,
    )
    for locked in written:
        name = f"{locked.path.parent.name}/{locked.path.name}"
        messages.print(f"{'changed  ' if locked.changed else 'unchanged'} {name}", markup=False, highlight=False)
    return ExitCode.OK
