"""From what the filters left and the settings that were asked for to the cells of a plan. Pure functions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, get_args

from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell, DatabaseKind, one_of, short_names, version_in
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.notice import Notice
from harness.under_test.launch.servers import SERVERS

REFERENCE: Final = ("raw-asgi", "uvicorn")
PYTHON: Final = "python"
"""The language of applications that another interpreter changes."""
ByOption = Literal["threads", "runtime_threads"]
"""Settings of a worker that some servers have an option for: fields of that name in `Server`, `Axes` and `Cell`."""
BY_OPTION: Final[tuple[ByOption, ...]] = get_args(ByOption)
NO_OPTION: Final[Mapping[ByOption, str]] = {"threads": "no-threads", "runtime_threads": "no-runtime-threads"}
"""Codes of the notice that a server has none."""
OTHER_PYTHON: Final = "name an interpreter that it is made for: --python PATH"


@dataclass(frozen=True)
class Choice:
    """An application on one of its servers, as the filters left it. `most_workers`: that this server can run, None for
    any number. `workers`, `threads`, `runtime_threads`, `pool`, `interpreter`: of this choice alone; None: every value
    of the axes."""

    application: AppManifest
    server: str
    most_workers: int | None = None
    workers: int | None = None
    threads: int | None = None
    runtime_threads: int | None = None
    pool: int | None = None
    interpreter: str | None = None


@dataclass(frozen=True)
class Axes:
    """Settings that applications are measured with, each value of one with each of the others. `interpreters`: labels.
    `threads`: of each worker; none leaves their number to the harness. `runtime_threads`: none leaves theirs to the
    servers. `pools`: connections to the database over all workers; none leaves them to the plan."""

    workers: tuple[int, ...]
    interpreters: tuple[str, ...]
    threads: tuple[int, ...] = ()
    runtime_threads: tuple[int, ...] = ()
    pools: tuple[int, ...] = ()


def cells_of(choices: Iterable[Choice], axes: Axes, *, database: DatabaseKind) -> tuple[Cell, ...]:
    """The cells of each choice with each value of the axes, in a fixed order; what comes out twice is one cell.

    A server runs as many of the wanted workers as it can. Threads of either kind are left to a server without an
    option for them, and an application in another language runs beside the first interpreter alone. A server is
    left out on interpreters that it cannot be installed for.

    Raises UsageError where a choice names an interpreter that is not among those of the axes, EnvironmentRefused where
    its server cannot be installed for the one it names.
    """
    ordered = sorted(choices, key=lambda c: (c.application.id, c.server))
    return tuple(dict.fromkeys(cell for choice in ordered for cell in _cells(choice, axes, database)))


def _cells(choice: Choice, axes: Axes, database: DatabaseKind) -> list[Cell]:
    return [
        Cell(
            app=choice.application.id,
            server=choice.server,
            workers=min(SERVERS[choice.server].workers(workers), choice.most_workers or workers),
            threads=threads,
            runtime_threads=runtime_threads,
            pool=pool,
            database=database,
            interpreter=interpreter,
        )
        for workers, threads, runtime_threads, pool, interpreter in product(
            sorted(axes.workers) if choice.workers is None else (choice.workers,),
            _by_option(choice, axes, "threads"),
            _by_option(choice, axes, "runtime_threads"),
            sorted(axes.pools) or (None,) if choice.pool is None else (choice.pool,),
            _interpreters(choice, axes.interpreters),
        )
    ]


def _by_option(choice: Choice, axes: Axes, setting: ByOption) -> Sequence[int | None]:
    if getattr(SERVERS[choice.server], setting) is None:
        return (None,)
    own = getattr(choice, setting)
    return (own,) if own else sorted(getattr(axes, setting)) or (None,)


def _interpreters(choice: Choice, known: Sequence[str]) -> Sequence[str]:
    if choice.interpreter is None:
        labels = known if choice.application.language == PYTHON else known[:1]
        return [label for label in labels if not why_not_on(choice.server, label)]
    if choice.interpreter not in known:
        raise UsageError(
            f"{choice.application.id} is to run on {choice.interpreter}; the interpreters here are {', '.join(known)}",
            where="--python",
            mend="give the path of each interpreter: --python PATH, once for each",
        )
    if why := why_not_on(choice.server, choice.interpreter):
        raise EnvironmentRefused(why, where=f"{choice.application.id}@{choice.server}", mend=OTHER_PYTHON)
    return (choice.interpreter,)


def why_not_on(server: str, interpreter: str) -> str:
    """Why a server cannot be installed for the interpreter with this label; empty where it can."""
    found, version = SERVERS[server], version_in(interpreter)
    if not version or found.runs_on(version):
        return ""
    return f"{server} needs Python {found.requires_python}, which {interpreter} is not"


def without_python(choices: Iterable[Choice], interpreters: Sequence[str]) -> tuple[Notice, ...]:
    """Which servers are left out on which interpreters, being made for other versions of Python."""
    return tuple(
        Notice(code="server-skipped", seen=f"{why}: it is left out there", mend=OTHER_PYTHON)
        for why in whys_not_on(choices, interpreters)
    )


def whys_not_on(choices: Iterable[Choice], interpreters: Sequence[str]) -> list[str]:
    """Why servers of these choices cannot be installed for interpreters with these labels."""
    servers = dict.fromkeys(choice.server for choice in choices)
    return [why for server in servers for label in interpreters if (why := why_not_on(server, label))]


def short_of_workers(cells: Iterable[Cell], wanted: Sequence[int]) -> tuple[Notice, ...]:
    """Which servers run fewer worker processes than were wanted, having no option for more."""
    most: dict[str, int] = {}
    for cell in cells:
        most[_runner(cell)] = max(cell.workers, most.get(_runner(cell), 0))
    return tuple(
        Notice(
            code="fewer-workers",
            seen=f"{server} runs {workers} worker process where others run {_listed(wanted)}: it has no option for"
            " more",
            mend="compare its microseconds per request, or measure all with --server-workers 1",
        )
        for server, workers in most.items()
        if workers < max(wanted)
    )


def without_option(cells: Iterable[Cell], axes: Axes) -> tuple[Notice, ...]:
    """Which servers have no option for the numbers of threads that were asked for."""
    cells = tuple(cells)
    return tuple(notice for setting in BY_OPTION for notice in _without(cells, setting, getattr(axes, setting)))


def _without(cells: Iterable[Cell], setting: ByOption, wanted: Sequence[int]) -> tuple[Notice, ...]:
    lacking = dict.fromkeys(_runner(cell) for cell in cells if getattr(cell, setting) is None and wanted)
    return tuple(
        Notice(
            code=NO_OPTION[setting],
            seen=f"{server} has no option for its {one_of(setting)}s: it is not measured with {_listed(wanted)} of"
            " them, but as it is",
            mend="leave it out with --server, or compare others with it as it is",
        )
        for server in lacking
    )


def without_database(pools: Sequence[int], database: DatabaseKind) -> tuple[Notice, ...]:
    """That several sizes of the pool change nothing where no scenario needs the database."""
    if len(pools) < 2 or database != "none":
        return ()
    return (
        Notice(
            code="no-database",
            seen=f"none of the chosen scenarios needs the database: pools of {_listed(pools)} connections are not"
            " measured",
            mend="choose a scenario that needs it: --scenario db",
        ),
    )


def _listed(numbers: Sequence[int]) -> str:
    *others, last = map(str, sorted(numbers))
    return f"{', '.join(others)} and {last}" if others else last


def _runner(cell: Cell) -> str:
    """What runs the cell, for people: two applications' own servers are not the same one."""
    return f"{cell.app}'s own server" if SERVERS[cell.server].argv is None else cell.server


def seen_short_of_workers(cell: Cell, processes: int, threads: int) -> tuple[Notice, ...]:
    """An own server that is given {workers} and runs fewer, be they processes or threads, as they were seen."""
    if SERVERS[cell.server].argv is not None or max(processes, threads) >= cell.workers:
        return ()
    return (
        Notice(
            code="fewer-workers",
            seen=f"{_runner(cell)} was to run {cell.workers} workers, and {processes} process"
            f"{'' if processes == 1 else 'es'} with {threads} thread{'' if threads == 1 else 's'} was seen",
            mend="have its command or its configuration obey {workers}, or measure all with --server-workers 1",
        ),
    )


def waiting_with_workers(cells: Iterable[Cell]) -> tuple[Notice, ...]:
    """Which servers make clients wait as soon as they run more than one worker, as some do here."""
    waiting = {cell.server for cell in cells if cell.workers > 1 and SERVERS[cell.server].nagle_with_workers}
    return tuple(
        Notice(
            code="waits-with-workers",
            seen=f"{server} with several workers leaves Nagle's algorithm on: on a connection that is kept an answer"
            " may wait some 40 ms for the acknowledgement of its first part, here as in production",
            mend="read its figures as those of this wait, or measure it with --server-workers 1",
        )
        for server in sorted(waiting)
    )


def reference_of(cells: Sequence[Cell], wanted: str | None) -> Cell:
    """The cell that all others are compared with: `wanted` as `app`, `app@server` or a cell's id, else the bare ASGI
    callable, else the first. Of several that `wanted` fits, the first.

    Raises UsageError where the wanted one is not among the cells.
    """
    app, _, server = (wanted or "@".join(REFERENCE)).partition("@")
    for cell in cells:
        if cell.id == wanted or (cell.app == app and server in ("", cell.server)):
            return cell
    if wanted is None:
        return cells[0]
    raise UsageError(
        f"{wanted!r} is not among the cells of this campaign",
        where="--reference",
        mend="choose one of: " + ", ".join(short_names(cells).values()),
    )


def with_twin(cells: Sequence[Cell], reference: Cell) -> tuple[Cell, ...]:
    """The cells, and the reference once more under another name: how far apart it comes out is the noise floor."""
    return (*cells, reference.model_copy(update={"twin": 1}))
