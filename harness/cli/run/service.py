"""The options by which a service without a manifest is named, and what is asked of it."""

import shlex
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from harness.model.asked.scenario import USUAL_CONNECTIONS
from harness.model.errors import UsageError
from harness.model.given_file import Unreadable, text_of

if TYPE_CHECKING:
    from harness.campaign.target.asking import Wanted
    from harness.campaign.target.service import Service

MOST_VARIABLES_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class ServiceChoice:
    """Somebody's own service, measured instead of applications with a manifest."""

    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            metavar="MODULE:NAME",
            help="Measure this application object of the project here, or what a factory makes: MODULE:NAME().",
        ),
    ] = None
    command: Annotated[
        str | None,
        typer.Option(
            "--command",
            metavar="LINE",
            help="Measure the server that this command starts on {port} and {host}, instead of a target.",
        ),
    ] = None
    interface: Annotated[
        Literal["asgi", "wsgi"] | None,
        typer.Option("--interface", help="What the target speaks, where that cannot be seen."),
    ] = None
    project: Annotated[
        Path | None,
        typer.Option("--project", metavar="DIR", help="The service's own folder (default: the current one)."),
    ] = None
    venv: Annotated[
        Path | None,
        typer.Option(
            "--venv",
            metavar="DIR",
            help="The environment it runs in (default: one made from uv.lock, pyproject.toml or requirements.txt).",
        ),
    ] = None
    env_file: Annotated[
        Path | None,
        typer.Option("--env-file", metavar="FILE", help="Its environment variables, NAME=VALUE lines; kept secret."),
    ] = None
    request: Annotated[
        list[str] | None,
        typer.Option(
            "--request",
            metavar="REQUEST",
            help="Ask this, such as 'GET /items/1' or, three times as often, '3 GET /items/1' (repeatable).",
        ),
    ] = None
    expect: Annotated[
        list[int] | None,
        typer.Option(
            "--expect",
            metavar="STATUS",
            help="The right status of the requests, one for all or one for each (default: the one that is seen).",
        ),
    ] = None
    requests: Annotated[
        Path | None,
        typer.Option("--requests", metavar="FILE", help="Ask what this TOML file says: bodies, headers, a login."),
    ] = None
    openapi: Annotated[
        str | None,
        typer.Option(
            "--openapi",
            metavar="DOCUMENT",
            help="Ask what this OpenAPI document offers: a file, or a path of the service.",
        ),
    ] = None
    har: Annotated[
        Path | None,
        typer.Option("--har", metavar="FILE", help="Ask what a browser asked, as it saved it (HAR)."),
    ] = None
    access_log: Annotated[
        Path | None,
        typer.Option("--access-log", metavar="FILE", help="Ask what this access log holds, in its shares."),
    ] = None
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe", help="Of these sources, also ask what may change something (POST, PUT, PATCH, DELETE)."
        ),
    ] = False
    save_requests: Annotated[
        Path | None,
        typer.Option("--save-requests", metavar="FILE", help="Write what is asked to this file, to keep and edit."),
    ] = None
    connections: Annotated[
        int | None,
        typer.Option("--connections", min=1, max=10_000, metavar="N", help="Connections to it (default: 64)."),
    ] = None
    before_block: Annotated[
        str | None,
        typer.Option(
            "--before-block",
            metavar="LINE",
            help="Run this command in its folder before each block, to put back what the requests changed.",
        ),
    ] = None

    @property
    def names_a_service(self) -> bool:
        return self.target is not None or self.command is not None

    def service(self, servers: list[str] | None, python: Path | None) -> "Service":
        """What is to be measured. Raises UsageError for a folder or a file that cannot be read."""
        from harness.campaign.target.service import Service  # noqa: PLC0415 (loads what `harness --help` does not need)

        folder = (self.project or Path()).absolute()
        if not folder.is_dir():
            raise UsageError("there is no such folder", where=f"--project {folder}", mend="name the service's folder")
        return Service(
            folder=folder,
            target=self.target,
            command=_words(self.command, "--command"),
            interface=self.interface,
            venv=self.venv.absolute() if self.venv else None,
            python=python or Path(sys.executable),
            variables=variables_in(self.env_file) if self.env_file else {},
            servers=tuple(servers or ()),
            before_block=_words(self.before_block, "--before-block"),
        )

    @property
    def wanted(self) -> "Wanted":
        """What is asked of it."""
        from harness.campaign.target.asking import Wanted  # noqa: PLC0415

        return Wanted(
            inline=tuple(self.request or ()),
            expected=tuple(map(str, self.expect or ())),
            file=self.requests,
            openapi=self.openapi,
            har=self.har,
            access_log=self.access_log,
            unsafe=self.unsafe,
            connections=self.connections or USUAL_CONNECTIONS,
            save=self.save_requests,
        )

    def refuse_without_service(self) -> None:
        """Raise UsageError for an option that says something of a service where none is named."""
        if not self.names_a_service and (given := self.service_options()):
            raise UsageError(
                "says something of a service, and none is named",
                where=", ".join(one for one in given if one.startswith("--")),
                mend="name it: --target MODULE:NAME, or --command LINE",
            )

    def refuse_unless_one(self, application: str | None) -> None:
        """Raise UsageError unless one of an application with a manifest and a service is named."""
        self.refuse_without_service()
        if (application is None) != self.names_a_service:
            raise UsageError(
                "two are named" if application else "nothing is named",
                where="APP, --target, --command",
                mend="name an application that has a manifest, or the target or the command of a service",
            )

    def service_options(self) -> tuple[str, ...]:
        """What was given of these options, as it was written: a campaign that goes on needs it again."""
        given: list[str] = []
        for field in fields(ServiceChoice):
            option, value = f"--{field.name.replace('_', '-')}", getattr(self, field.name)
            for one in value if isinstance(value, list) else [value]:
                if one is True:
                    given.append(option)
                elif one is not None and one is not False:
                    given += [option, str(one)]
        return tuple(given)


def variables_in(file: Path) -> dict[str, str]:
    """NAME=VALUE lines, quoted or not, as python-dotenv reads them. Raises UsageError for a file that is none."""
    from io import StringIO  # noqa: PLC0415

    from dotenv.parser import parse_stream  # noqa: PLC0415

    try:
        text = text_of(file, MOST_VARIABLES_BYTES)
    except Unreadable as fault:
        raise UsageError(str(fault), where=f"--env-file {file}", mend="name a text file of NAME=VALUE lines") from None
    found: dict[str, Any] = {}
    wrong = []
    for line in parse_stream(StringIO(text)):
        if line.error or (line.key and line.value is None):
            wrong.append(str(line.original.line))
        elif line.key:
            found[line.key] = line.value
    if wrong:
        raise UsageError(
            f"line {', '.join(wrong)} is not NAME=VALUE", where=f"--env-file {file}", mend="correct it, or take it out"
        )
    return found


def _words(line: str | None, option: str) -> tuple[str, ...]:
    """A command line as its words: there is no shell."""
    if line is None:
        return ()
    try:
        words = tuple(shlex.split(line))
    except ValueError as fault:
        what = f"{line!r} cannot be split into words: {fault}"
        raise UsageError(what, where=option, mend="close the quote") from None
    if not words:
        raise UsageError("the command is empty", where=option, mend="write the program and its arguments")
    return words
