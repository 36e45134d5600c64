"""A database that dies is the machine's fault, not that of the applications which then answer nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from harness.model.errors import EnvironmentRefused, HarnessError
from harness.under_test.services import LiveService


class DatabaseGone(EnvironmentRefused):
    """The database ended, or was started again, while it was needed."""


def refuse_lost(service: LiveService | None) -> None:
    """Raise DatabaseGone where the database is no longer what it was. To be asked before an application is blamed."""
    if service and (why := service.gone()):
        raise DatabaseGone(
            f"the database is gone: {why}",
            where=service.facts.name,
            mend="what was measured before is kept; see why it ended, then give --resume",
        )


def refuse_ended(service: LiveService | None) -> None:
    """The check at no cost: it sees only a process of ours that has ended."""
    if service and service.process and service.process.poll() is not None:
        refuse_lost(service)


@contextmanager
def needing(service: LiveService | None) -> Iterator[None]:
    """Whatever goes wrong inside because the database is gone is said to be that."""
    try:
        yield
    except DatabaseGone:
        raise
    except HarnessError:
        refuse_lost(service)
        raise
