"""`harness new`: a folder to begin an application from."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from harness.cli.commands.locks.lock import lock_all
from harness.cli.console import messages, output
from harness.cli.option_record import options_from
from harness.model.errors import ExitCode


@dataclass(frozen=True, kw_only=True)
class NewAsked:
    """The options of `harness new`."""

    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Its id: lower-case letters, digits, dashes. Its folder's name too.")
    ]
    interface: Annotated[
        Literal["asgi", "wsgi", "own"],
        typer.Option("--interface", metavar="INTERFACE", help="asgi (default), wsgi, or own: it is a server itself."),
    ] = "asgi"
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="Where the folder is made (default: apps/ of the project)."),
    ] = None


@options_from(NewAsked)
def new(asked: NewAsked) -> int:
    """Make a folder with an application that answers the contract, to be changed into one of your own."""
    from harness.campaign.plan.options import Selection
    from harness.campaign.plan.project import Project
    from harness.catalog.beginning import begin

    project = Project.here()
    into = (asked.into or project.apps).resolve()
    folder = begin(asked.name, asked.interface, project.apps, into)
    output.print(str(folder), markup=False, highlight=False, soft_wrap=True)
    elsewhere = into != project.apps
    lock_all(
        project, Selection(only=(asked.name,), servers=("all",), app_folders=(folder,) if elsewhere else ()), keep=False
    )
    where = f" --app {shlex.quote(str(folder))}" if elsewhere else ""
    for command, why in (("verify", "does it answer the contract?"), ("run --quick", "how fast is it?")):
        messages.print(f"harness {command}{where} --only {asked.name}  # {why}", markup=False, highlight=False)
    return ExitCode.OK
