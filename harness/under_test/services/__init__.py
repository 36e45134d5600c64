"""Services that applications reach: databases. Adding one is an entry in SERVICES and a module beside the others."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from harness.model.asked.cell import DatabaseKind
from harness.model.measured.audit import Counts
from harness.under_test.services.live import LiveService, Namespace, Wanted

__all__ = ["SERVICES", "Counts", "LiveService", "Namespace", "Wanted", "provision"]

Provision = Callable[[Wanted], AbstractContextManager[LiveService]]

SERVICES: Final[Mapping[str, str]] = {
    "postgresql": "harness.under_test.services.postgresql:provision",
    "sqlite": "harness.under_test.services.sqlite:provision",
}
"""Kind -> "module:function" of a context manager that takes what is wanted and yields it, live and seeded."""


@contextmanager
def provision(
    kind: DatabaseKind,
    workdir: Path,
    cpus: tuple[int, ...] = (),
    *,
    url: str | None = None,
    max_connections: int,
    counting: bool = False,
) -> Iterator[LiveService]:
    """A service that is seeded and was seen to answer, for the length of the with-block; where `counting` is asked for
    and can be had, with counters of statements.

    Raises EnvironmentRefused where it cannot be had, UsageError where `url` is not one of that kind.
    """
    workdir.mkdir(parents=True, exist_ok=True)
    wanted = Wanted(workdir=workdir.resolve(), cpus=cpus, url=url, max_connections=max_connections, counting=counting)
    with _entry(kind)(wanted) as live:
        yield live


def _entry(kind: DatabaseKind) -> Provision:
    module, _, function = SERVICES[kind].partition(":")
    entry: Provision = getattr(import_module(module), function)
    return entry
