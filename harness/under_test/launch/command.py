"""The exact command and environment an application is started with."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from harness.catalog.applications import Application
from harness.measure.interpreter import PROBE
from harness.model.asked.application import OwnServer
from harness.model.asked.cell import USUAL_THREADS, Cell
from harness.model.asked.tokens import KEY_VARIABLE, TOKEN_KEY
from harness.model.errors import UsageError
from harness.process.environment import passed_on
from harness.under_test.launch.programs import search_path
from harness.under_test.launch.server import Server
from harness.under_test.launch.servers import SERVERS

ENTRY: Final = "harness_entry:application"
SOURCES: Final = "src"
ENTRY_FOLDER: Final = Path(__file__).with_name("entry")


def server_of(cell: Cell, application: Application) -> Server:
    """The cell's entry of the table; raises UsageError where it has none or the application cannot run on it."""
    server = SERVERS.get(cell.server)
    if server is None:
        known = ", ".join(SERVERS)
        raise UsageError(f"no server is called {cell.server!r}", where=cell.label, mend=f"one of: {known}")
    if cell.server not in application.manifest.servers:
        named = ", ".join(application.manifest.servers)
        raise UsageError(f"app.toml does not name {cell.server!r}", where=cell.label, mend=f"it names: {named}")
    return server


def declared(server: Server, application: Application) -> Server | OwnServer:
    """What says how it answers: the server's entry, or the manifest for the application's own server."""
    own = application.manifest.own
    return own if server.argv is None and own else server


def command_of(
    server: Server,
    application: Application,
    python: Path,
    *,
    host: str,
    port: int,
    workers: int,
    threads: int = USUAL_THREADS,
    runtime_threads: int | None = None,
    work: Path,
) -> list[str]:
    """The argv list; `threads` of each worker where the server has a pool of them. That of an application's own server
    is filled in (`OwnServer`), and so is its configuration, which is written into `work`, a folder of this start's own.
    """
    if server.argv is not None:
        of_threads = server.options(threads, runtime_threads)
        return [str(python), *server.argv(ENTRY, host, port, workers), *of_threads]
    own = application.manifest.own
    assert own is not None, "the manifest gives both or neither"
    given = {"{host}": host, "{port}": str(port), "{workers}": str(workers)}
    given |= {"{python}": str(python), "{work}": str(work)}
    if own.config is not None:
        config = work / Path(own.config).name
        config.write_text(replaced((application.folder / own.config).read_text(encoding="utf-8"), given))
        given["{config}"] = str(config)
    return [replaced(part, given) for part in own.argv]


def replaced(text: str, given: Mapping[str, str]) -> str:
    """Not str.format: an argument may hold other braces, such as JSON."""
    for name, value in given.items():
        text = text.replace(name, value)
    return text


def path_of_modules(root: Path, *also: Path) -> dict[str, str]:
    """Where modules are found: in the root, in the folder `src` of it where there is one, and in those named."""
    folders = (root, *((root / SOURCES,) if (root / SOURCES).is_dir() else ()), *also)
    return {"PYTHONPATH": os.pathsep.join(str(one.resolve()) for one in folders)}


def own_environment(application: Application, python: Path, *modules: Path) -> dict[str, str]:
    """Variables of any program of the application: the few that are passed on, where its modules are found (`modules`
    beside its own), and those it asks for itself."""
    return {
        **passed_on(),
        "PATH": os.pathsep.join([str(python.parent), search_path()]),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "PYTHONNOUSERSITE": "1",
        **path_of_modules(application.root, *modules),
        **application.manifest.environment,
        **application.private,
    }


def environment_of(
    application: Application,
    server: Server,
    python: Path,
    *,
    shared: Path,
    identities: Path,
    database_url: str | None,
    upstream_url: str | None = None,
    pool_size: int,
    readable: bool = False,
) -> dict[str, str]:
    """All variables of the program; docs/architecture.md lists them. `pool_size` is that of one worker. `readable`:
    other processes of this user may read its memory, as a profiler does.

    Hashes of strings stay random, as in production: each restart is a replicate, and a fixed seed would favour somebody
    in all of them alike.
    """
    target = application.manifest.targets.of(server.interface)
    return {
        **own_environment(application, python, shared, ENTRY_FOLDER, PROBE),
        "HARNESS_IDENTITY": str(identities),
        "HARNESS_POOL_SIZE": str(pool_size),
        KEY_VARIABLE: TOKEN_KEY,
        **({"HARNESS_TARGET": target} if target else {}),
        **({"DATABASE_URL": database_url} if database_url else {}),
        **({"HARNESS_UPSTREAM_URL": upstream_url} if upstream_url else {}),
        **({"HARNESS_READABLE": "1"} if readable else {}),
    }
