"""Options that several commands share, so that one word means one thing everywhere."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import SecretStr, ValidationError

from harness.campaign.plan.options import GIVEN_BY, QUICK_SHAPE, Generator, Place, Selection
from harness.campaign.plan.planning import NONE
from harness.cli.quantities import duration
from harness.model.errors import UsageError
from harness.model.measured.campaign import SliceShape

Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="APP", help="Only these applications (id or pattern, such as 'raw-*'; repeatable)."),
]
Skip = Annotated[
    list[str] | None, typer.Option("--skip", metavar="APP", help="All but these applications (repeatable).")
]
ServerFilter = Annotated[
    list[str] | None,
    typer.Option(
        "--server",
        metavar="SERVER",
        help="These servers instead of each application's default one (repeatable; 'all': every one it names).",
    ),
]
ScenarioFilter = Annotated[
    list[str] | None, typer.Option("--scenario", metavar="SCENARIO", help="Only these scenarios (repeatable).")
]
AppFolders = Annotated[
    list[Path] | None,
    typer.Option(
        "--app",
        metavar="[NAME=]DIR",
        help="Also the application in this folder, wherever it lies; NAME replaces its id (repeatable).",
    ),
]
ScenarioFolders = Annotated[
    list[Path] | None,
    typer.Option("--scenarios", metavar="DIR", help="Also the scenarios in the folders of this one (repeatable)."),
]
StartTimeout = Annotated[
    float | None,
    typer.Option(
        "--start-timeout",
        parser=duration,
        metavar="TIME",
        help="Longest time for each phase of a server's start: listen, answer, load (default: 60s, 30s, 60s).",
    ),
]
Database = Annotated[
    Literal["auto", "postgresql", "sqlite"] | None,
    typer.Option(
        "--database", metavar="KIND", help="postgresql, sqlite, or auto: PostgreSQL where it can be had, else SQLite."
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar=GIVEN_BY,
        metavar="URL",
        help="A PostgreSQL to measure on instead of a private one. The harness works in schemas of its own there.",
        show_envvar=True,
    ),
]
Interpreter = Annotated[
    Path | None,
    typer.Option("--python", metavar="PATH", help="The interpreter that all Python applications run on."),
]
ServerWorkers = Annotated[
    int | None,
    typer.Option("--server-workers", min=1, metavar="N", help="Worker processes of each server."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output; messages on standard error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; only the result and what went wrong.")]


def selection(
    only: list[str] | None,
    skip: list[str] | None,
    server: list[str] | None,
    scenario: list[str] | None,
    app: list[Path] | None,
    *,
    scenarios: list[Path] | None,
) -> Selection:
    """The filters as one value."""
    return Selection(
        only=tuple(only or ()),
        skip=tuple(skip or ()),
        servers=tuple(server or ()),
        scenarios=tuple(scenario or ()),
        app_folders=tuple(app or ()),
        scenario_folders=tuple(scenarios or ()),
    )


def place(
    database: Literal["auto", "postgresql", "sqlite"] | None,
    database_url: str | None,
    python: Path | None,
    server_workers: int | None,
    start_timeout: float | None = None,
) -> Place:
    """What applications run on, as one value; what was not given is unset in it."""
    given = {
        "database": database,
        "database_url": SecretStr(database_url) if database_url else None,
        "python": python,
        "server_workers": server_workers,
        "start_timeout_s": start_timeout,
    }
    return Place.model_validate({name: value for name, value in given.items() if value is not None})


def shape(
    slice_length: float | None,
    burn_in: float | None,
    rotations: float | None,
    window: float | None = None,
    *,
    warm_up: float | None = None,
    continuous: float | None = None,
    quick: bool,
) -> SliceShape | None:
    """How the time is cut; None where nothing about it was asked for. Raises UsageError for one that cannot be."""
    given = {
        "length_s": slice_length,
        "burn_in_s": burn_in,
        "rotations_s": rotations,
        "window_s": window,
        "warm_up_s": warm_up,
        "continuous_s": continuous,
    }
    given = {name: value for name, value in given.items() if value is not None}
    if not given and not quick:
        return None
    base = QUICK_SHAPE if quick else SliceShape()
    try:
        return SliceShape.model_validate(base.model_dump() | given)
    except ValidationError as error:
        options = {
            "length_s": "--slice",
            "burn_in_s": "--burn-in",
            "rotations_s": "--rotations",
            "window_s": "--window",
            "warm_up_s": "--warm-up",
            "continuous_s": "--continuous",
        }
        fault = error.errors()[0]
        where = ", ".join(options[str(name)] for name in fault["loc"] or options)
        raise UsageError(
            fault["msg"].removeprefix("Value error, "), where=where, mend="see: harness run --help"
        ) from None


def latency(wanted: list[str] | None, p99: float | None, *, quick: bool) -> tuple[str, ...] | None:
    """The scenarios whose latency is asked for; None leaves it to the plan. A short look has time for none unasked."""
    if wanted:
        return tuple(wanted)
    return (NONE,) if quick and p99 is None else None


def generator(
    processes: int | None, workers: int | None, bind: str | None, port: int | None, target_host: str | None
) -> Generator:
    """Where load comes from, as one value; what was not given is unset in it. Raises UsageError for a contradiction."""
    if processes and workers:
        raise UsageError(
            "load comes from processes here or from workers elsewhere, not from both",
            where="--load-processes, --workers",
            mend="give one of them",
        )
    given = {"processes": processes, "workers": workers, "bind": bind, "port": port, "target_host": target_host}
    return Generator.model_validate({name: value for name, value in given.items() if value is not None})
