"""What every service takes and gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.model.asked.cell import DatabaseKind
from harness.model.measured.audit import Counts
from harness.model.measured.campaign import ServiceFacts
from harness.model.measured.database_work import Statement
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


@dataclass(frozen=True)
class Namespace:
    """Tables of one cell's own, reached past the cell.

    `url`: what the application is given as DATABASE_URL; it may hold a password. `numbers()`: table `world` as it
    stands, number by id. `restore()`: give each row back the number it was seeded with, while the application is
    connected; raises TargetFailed where it holds rows locked. `counts()`: by table, what its own counters say, without
    what `numbers` and `restore` did; None where the database has no such counters. What a session of the application
    did is counted when the session ends, or earlier.
    """

    url: str = field(repr=False)
    numbers: Callable[[], Mapping[int, int]] = field(repr=False)
    restore: Callable[[], None] = field(repr=False)
    counts: Callable[[], Mapping[str, Counts]] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class LiveService:
    """A service that was seen to answer with seeded data.

    `url`: tables of nobody in particular; it may hold a password. `process`: whose CPU is the service's; None where it
    is not ours or no process. `namespace(name)`: tables of their own, seeded alike and made when first asked for, so
    that cells which write do not meet. `settle()`: bring all tables back to order between blocks (vacuum, statistics,
    checkpoint). `statements()`: read the counters of statements; None where nothing is counted, and `uncounted` says
    why, if it was wanted. `count()`: what they amount to for the contract's tables. `tables_uncounted`: why namespaces
    have no `counts`; empty where they have. `gone()`: why it is no longer what was provisioned (it ended, does not
    answer, was started again); empty while it is.
    """

    kind: DatabaseKind
    url: str = field(repr=False)
    facts: ServiceFacts
    process: OwnedProcess | None
    namespace: Callable[[str], Namespace] = field(repr=False)
    settle: Callable[[], None] = field(repr=False)
    statements: Callable[[], Sequence[Statement]] | None = field(default=None, repr=False)
    count: Callable[[], Counts] | None = field(default=None, repr=False)
    uncounted: str = ""
    tables_uncounted: str = ""
    gone: Callable[[], str] = field(default=lambda: "", repr=False)
