"""Options that several commands share, so that one word means one thing everywhere."""

from pathlib import Path
from typing import Annotated

import typer

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
    typer.Option("--app", metavar="DIR", help="Also the application in this folder, wherever it lies (repeatable)."),
]
Database = Annotated[
    str,
    typer.Option(
        "--database", metavar="KIND", help="postgresql, sqlite, or auto: PostgreSQL where it can be had, else SQLite."
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar="DATABASE_URL",
        metavar="URL",
        help="A PostgreSQL to use instead of a private one; the harness works in a schema of its own there.",
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
