"""The unit that is measured: an application on a server, with everything that may change its speed."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, Literal, Self

from pydantic import Field

from harness.model.record import Record, Slug

DatabaseKind = Literal["postgresql", "sqlite", "none"]


USUAL_THREADS: Final = 8
"""Of each worker, on every server that has a pool of them, where nobody chose their number."""


class Cell(Record):
    """(application, server, workers, threads, runtime threads, pool, database, interpreter); `twin` counts hidden
    repeats of it for A/A.

    `threads`: of each worker, where somebody chose their number; None: USUAL_THREADS, on a server that has a pool of
    them. `runtime_threads`: of each worker, that serve connections and run no code of the
    application; None: as many as the server has by itself. `pool`: connections to the database over all workers,
    where the campaign has several numbers of them; None: the campaign's one number.
    """

    app: Slug
    server: Slug
    workers: int = Field(ge=1)
    threads: int | None = Field(default=None, ge=1)
    runtime_threads: int | None = Field(default=None, ge=1)
    pool: int | None = Field(default=None, ge=1)
    database: DatabaseKind
    interpreter: str = Field(pattern=r"^[\w.+-]+$")
    twin: int = Field(default=0, ge=0)

    @property
    def id(self) -> str:
        """Unique in a campaign, and safe as a file name."""
        threads = () if self.threads is None else (f"t{self.threads}",)
        runtime = () if self.runtime_threads is None else (f"r{self.runtime_threads}",)
        pool = () if self.pool is None else (f"p{self.pool}",)
        parts = (self.app, self.server, f"w{self.workers}", *threads, *runtime, *pool, self.database, self.interpreter)
        return ".".join(parts) + (f".twin{self.twin}" if self.twin else "")

    def is_or_repeats(self, other: Self) -> bool:
        """Whether both are one cell, A/A twins of it counted in."""
        return bool(_measured(self) == _measured(other))

    @property
    def label(self) -> str:
        """For people, where no other cell of its application and server is near; see `labels`."""
        return f"{self.app} on {self.server}" + (f" (twin {self.twin})" if self.twin else "")


_measured: Final = attrgetter(*(name for name in Cell.model_fields if name != "twin"))
"""What two cells must share to be repeats of each other. Reports ask it of every cell again and again."""


def differences(cells: Iterable[Cell]) -> dict[str, str]:
    """By id, in what else than application and server a cell differs from others of these: "2 workers, 8 threads".
    Empty where in nothing."""
    alike: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        alike[cell.app, cell.server].append(cell)
    return {cell.id: ", ".join(_differing(cell, group)) for group in alike.values() for cell in group}


def _differing(cell: Cell, alike: Sequence[Cell]) -> Iterator[str]:
    if any(other.workers != cell.workers for other in alike):
        yield in_words(cell.workers, "worker")
    if any(other.threads != cell.threads for other in alike):
        yield in_words(cell.threads, "thread")
    if any(other.runtime_threads != cell.runtime_threads for other in alike):
        yield in_words(cell.runtime_threads, "runtime thread")
    if any(other.pool != cell.pool for other in alike):
        yield pool_in_words(cell.pool)
    if any(other.database != cell.database for other in alike):
        yield cell.database
    if any(other.interpreter != cell.interpreter for other in alike):
        yield python_in_words(cell.interpreter)
    if cell.twin:
        yield f"twin {cell.twin}"


def in_words(number: int | None, what: str) -> str:
    """1 worker, 8 threads; "usual threads" where nobody chose their number."""
    if number is None:
        return f"usual {what}s"
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def one_of(setting: str) -> str:
    """A runtime thread, of the setting `runtime_threads`."""
    return setting.removesuffix("s").replace("_", " ")


def pool_in_words(pool: int | None) -> str:
    """pool of 4; "usual pool" where nobody chose its size."""
    return "usual pool" if pool is None else f"pool of {pool:,}"


def python_in_words(label: str) -> str:
    """Of an interpreter's label: "Python 3.13.0t" is CPython without its global lock."""
    return f"Python {label.removeprefix('cpython-')}"


def version_in(label: str) -> str:
    """Of an interpreter's label: 3.13.0 of `cpython-3.13.0t-2`; empty where it holds none."""
    found = re.match(r"\w+-(\d+(?:\.\d+)*)", label)
    return found[1] if found else ""


def change(cell: Cell, base: Cell, setting: str) -> str:
    """2 workers instead of 1; pool of 4 instead of 1; Python 3.13.0t instead of 3.12.1."""
    if setting == "interpreter":
        return f"{python_in_words(cell.interpreter)} instead of {python_in_words(base.interpreter).split()[-1]}"
    now, before = (getattr(one, setting) for one in (cell, base))
    if setting == "pool":
        return f"{pool_in_words(now)} instead of {before or 'the usual one'}"
    return f"{in_words(now, one_of(setting))} instead of {before or 'the usual number'}"


def labels(cells: Iterable[Cell]) -> dict[str, str]:
    """By id, the cell for people, with what tells it apart from others of its application and server."""
    cells = tuple(cells)
    more = differences(cells)
    return {cell.id: f"{cell.app} on {cell.server}" + (f" ({it})" if (it := more[cell.id]) else "") for cell in cells}


def short_names(cells: Iterable[Cell]) -> dict[str, str]:
    """By id, what a command calls the cell: APP@SERVER, or its id where others of these share that. A/A twins have
    none."""
    cells = [cell for cell in cells if not cell.twin]
    pairs = [(cell.app, cell.server) for cell in cells]
    return {
        cell.id: cell.id if pairs.count(pair) > 1 else "@".join(pair) for cell, pair in zip(cells, pairs, strict=True)
    }
