"""What every service takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from harness.model.campaign import ServiceFacts
from harness.model.cell import DatabaseKind
from harness.process.owned import OwnedProcess


@dataclass(frozen=True)
class Wanted:
    """What a service is asked for.

    `workdir`: its data (removed at the end) and its log (kept) go there. `cpus`: logical CPUs it may use; none means
    any. `url`: a server that somebody else runs, as given by the user. `max_connections`: of all applications together.
    """

    workdir: Path
    cpus: tuple[int, ...] = ()
    url: str | None = field(default=None, repr=False)
    max_connections: int = 100


@dataclass(frozen=True)
class LiveService:
    """A service that was seen to answer with seeded data.

    `url`: what an application is given as DATABASE_URL; it may hold a password. `process`: whose CPU is the
    service's; None where it is not ours or no process. `namespace(name)`: the url of tables of their own, seeded alike
    and made when first asked for, so that cells which write do not meet. `settle()`: bring all tables back to order
    between blocks (vacuum, statistics, checkpoint).
    """

    kind: DatabaseKind
    url: str = field(repr=False)
    facts: ServiceFacts
    process: OwnedProcess | None
    namespace: Callable[[str], str] = field(repr=False)
    settle: Callable[[], None] = field(repr=False)
