"""What every service takes and gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from harness.model.campaign import ServiceFacts
from harness.model.cell import DatabaseKind
from harness.process.owned import OwnedProcess


@dataclass(frozen=True)
class Wanted:
    """What a service is asked for.

    `workdir`: its data (removed at the end) and its log (kept) go there. `cpus`: logical CPUs it may use; none means
    any. `url`: a server that somebody else runs, as given by the user. `max_connections`: of all applications together.
    `counting`: with counters of statements, which cost every statement a little.
    """

    workdir: Path
    cpus: tuple[int, ...] = ()
    url: str | None = field(default=None, repr=False)
    max_connections: int = 100
    counting: bool = False


class Counts(NamedTuple):
    """What the database's counters say of the contract's tables: statements that read them, the rows these gave, and
    rows written. They go on from reading to reading; what happened between two is the difference."""

    reads: int
    rows_read: int
    rows_written: int

    def since(self, earlier: "Counts") -> "Counts":
        return Counts(*(now - then for now, then in zip(self, earlier, strict=True)))


@dataclass(frozen=True)
class Namespace:
    """Tables of one cell's own, reached past the cell.

    `url`: what the application is given as DATABASE_URL; it may hold a password. `numbers()`: table `world` as it
    stands, number by id. `restore()`: give each row back the number it was seeded with, while the application is
    connected; raises TargetFailed where it holds rows locked.
    """

    url: str = field(repr=False)
    numbers: Callable[[], Mapping[int, int]] = field(repr=False)
    restore: Callable[[], None] = field(repr=False)


@dataclass(frozen=True)
class LiveService:
    """A service that was seen to answer with seeded data.

    `url`: tables of nobody in particular; it may hold a password. `process`: whose CPU is the service's; None where it
    is not ours or no process. `namespace(name)`: tables of their own, seeded alike and made when first asked for, so
    that cells which write do not meet. `settle()`: bring all tables back to order between blocks (vacuum, statistics,
    checkpoint). `count()`: read the counters of statements; None where nothing is counted, and `uncounted` says why, if
    it was wanted.
    """

    kind: DatabaseKind
    url: str = field(repr=False)
    facts: ServiceFacts
    process: OwnedProcess | None
    namespace: Callable[[str], Namespace] = field(repr=False)
    settle: Callable[[], None] = field(repr=False)
    count: Callable[[], Counts] | None = field(default=None, repr=False)
    uncounted: str = ""
