"""Options that several commands share, so that one word means one thing everywhere."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import SecretStr

from harness.campaign.plan.options import GIVEN_BY, PlatformOptions, Selection
from harness.cli.quantities import Counts, counts, duration
from harness.model.errors import UsageError

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on standard output; messages go to standard error.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress; only the result and what went wrong.")]


@dataclass(frozen=True, kw_only=True)
class Names:
    """Applications by their names."""

    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", metavar="APP", help="Take only these applications (id or pattern, such as 'raw-*'; repeatable)."
        ),
    ] = None
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="APP", help="Leave out these applications (repeatable).")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Choices:
    """Servers and scenarios."""

    server: Annotated[
        list[str] | None,
        typer.Option(
            "--server",
            metavar="SERVER",
            help="Use these servers instead of each application's default (repeatable; 'all': every server it names).",
        ),
    ] = None
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", metavar="SCENARIO", help="Take only these scenarios (repeatable).")
    ] = None


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Applications and scenarios that lie outside the project."""

    app: Annotated[
        list[Path] | None,
        typer.Option(
            "--app",
            metavar="[NAME=]DIR",
            help="Add the application in this folder; NAME replaces its id (repeatable).",
        ),
    ] = None
    scenarios: Annotated[
        list[Path] | None,
        typer.Option("--scenarios", metavar="DIR", help="Add the scenarios in the folders of DIR (repeatable)."),
    ] = None


@dataclass(frozen=True, kw_only=True)
class Filters(Folders, Choices, Names):
    """All that chooses cells and scenarios."""

    @property
    def selection(self) -> Selection:
        return selection(self, only=self.only, skip=self.skip, servers=self.server, scenarios=self.scenario)


def selection(
    folders: Folders,
    *,
    only: list[str] | None = None,
    skip: list[str] | None = None,
    servers: list[str] | None = None,
    scenarios: list[str] | None = None,
) -> Selection:
    """The filters as one value."""
    return Selection(
        only=tuple(only or ()),
        skip=tuple(skip or ()),
        servers=tuple(servers or ()),
        scenarios=tuple(scenarios or ()),
        app_folders=tuple(folders.app or ()),
        scenario_folders=tuple(folders.scenarios or ()),
    )


def interpreter(text: str) -> Path:
    """A path, from this folder on; a name without a slash is looked up in PATH later."""
    return Path(text).absolute() if os.sep in text else Path(text)


@dataclass(frozen=True, kw_only=True)
class PlatformChoice:
    """What applications run on, and what is the same for all cells."""

    database: Annotated[
        Literal["auto", "postgresql", "sqlite"] | None,
        typer.Option(
            "--database",
            metavar="KIND",
            help="postgresql, sqlite, or auto: PostgreSQL if available, else SQLite.",
        ),
    ] = None
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url",
            envvar=GIVEN_BY,
            metavar="URL",
            help="Measure on this PostgreSQL instead of a private one, in schemas that the harness makes and drops.",
            show_envvar=True,
        ),
    ] = None
    start_timeout: Annotated[
        float | None,
        typer.Option(
            "--start-timeout",
            parser=duration,
            metavar="TIME",
            help="Longest time for each phase of a server's start: listen, answer, load (default: 60s, 30s, 60s).",
        ),
    ] = None

    @property
    def platform(self) -> PlatformOptions:
        """What was not given is unset in it."""
        given = {
            "database": self.database,
            "database_url": SecretStr(self.database_url) if self.database_url else None,
            "start_timeout_s": self.start_timeout,
            **self.settings,
        }
        return PlatformOptions.model_validate({name: value for name, value in given.items() if value is not None})

    @property
    def settings(self) -> dict[str, object]:
        """What may differ from cell to cell, by the name it has in PlatformOptions; None is what was not given."""
        return {}


@dataclass(frozen=True, kw_only=True)
class OneSetting(PlatformChoice):
    """Of commands that start each application in one way."""

    python: Annotated[
        Path | None,
        typer.Option(
            "--python",
            parser=interpreter,
            metavar="PATH",
            help="Interpreter of all Python applications (default: the harness's own).",
        ),
    ] = None
    server_workers: Annotated[
        int | None,
        typer.Option("--server-workers", min=1, metavar="N", help="Worker processes per server."),
    ] = None

    @property
    def settings(self) -> dict[str, object]:
        return {
            "pythons": (self.python,) if self.python else None,
            "server_workers": (self.server_workers,) if self.server_workers else None,
        }


@dataclass(frozen=True, kw_only=True)
class SeveralSettings(PlatformChoice):
    """Of commands that look at a cell for each value of one setting with each of the others."""

    python: Annotated[
        list[Path] | None,
        typer.Option(
            "--python",
            parser=interpreter,
            metavar="PATH",
            help="Interpreter of Python applications (repeatable; default: the harness's own).",
        ),
    ] = None
    server_workers: Annotated[
        Counts | None,
        typer.Option(
            "--server-workers",
            parser=counts,
            metavar="N[,N]",
            help="Worker processes per server (default: one per core of the servers, at most 8).",
        ),
    ] = None
    threads: Annotated[
        Counts | None,
        typer.Option(
            "--threads",
            parser=counts,
            metavar="N[,N]",
            help="Threads of each worker, where the server has an option for them (default: 8).",
        ),
    ] = None
    runtime_threads: Annotated[
        Counts | None,
        typer.Option(
            "--runtime-threads",
            parser=counts,
            metavar="N[,N]",
            help="Threads of each worker that only serve connections, where the server has an option (granian) for them"
            " (default: the server's own).",
        ),
    ] = None
    pool: Annotated[
        Counts | None,
        typer.Option(
            "--pool",
            parser=counts,
            metavar="N[,N]",
            help="Database connections of each application, over all its workers (default: 16).",
        ),
    ] = None

    @property
    def settings(self) -> dict[str, object]:
        return {
            "pythons": tuple(self.python) if self.python else None,
            "server_workers": self.server_workers and self.server_workers.numbers,
            "threads": self.threads and self.threads.numbers,
            "runtime_threads": self.runtime_threads and self.runtime_threads.numbers,
            "pools": self.pool and self.pool.numbers,
        }


@dataclass(frozen=True, kw_only=True)
class GateOptions:
    """Of commands that compare."""

    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="LIST",
            help="End with 4 if a change is surely beyond its threshold, such as 'throughput:-5%,p99:+10%,cpu:+3%'.",
        ),
    ] = None
    fail_on_inconclusive: Annotated[
        bool,
        typer.Option("--fail-on-inconclusive", help="End with 6 if a threshold of --fail-on is not decided."),
    ] = False
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Also write the result as a JUnit file.")
    ] = None
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Also write the result as Markdown, for a job's summary."),
    ] = None
    comment: Annotated[
        Path | None,
        typer.Option("--comment", metavar="FILE", help="Also write the result as the text of a comment."),
    ] = None

    def refuse_alone(self) -> None:
        """Raises UsageError where --fail-on-inconclusive has nothing to be about."""
        if self.fail_on_inconclusive and self.fail_on is None:
            raise UsageError(
                "there is no threshold", where="--fail-on-inconclusive", mend="give --fail-on too, or leave it out"
            )
