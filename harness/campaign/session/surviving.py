"""A service that dies is the machine's fault, not that of the applications which then answer nothing."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from harness.model.errors import EnvironmentRefused, HarnessError
from harness.under_test.services import LiveService
from harness.under_test.services.upstream import LiveUpstream

Service = LiveService | LiveUpstream


class ServiceGone(EnvironmentRefused):
    """The database or the upstream ended, or was started again, while it was needed. `notice`: code of its notice."""

    notice = "database-gone"


class UpstreamGone(ServiceGone):
    """It was the upstream."""

    notice = "upstream-gone"


def refuse_lost(services: Iterable[Service]) -> None:
    """Raise ServiceGone where a service is no longer what it was. To be asked before an application is blamed."""
    for service in services:
        if why := service.gone():
            named, fault = (
                ("upstream", UpstreamGone) if isinstance(service, LiveUpstream) else ("database", ServiceGone)
            )
            raise fault(
                f"the {named} is gone: {why}",
                where=service.facts.name,
                mend="what was measured before is kept; see why it ended, then give --resume",
            )


def refuse_ended(services: Iterable[Service]) -> None:
    """The check at no cost: it sees only a process of ours that has ended."""
    refuse_lost(service for service in services if service.process and service.process.poll() is not None)


@contextmanager
def needing(services: Iterable[Service]) -> Iterator[None]:
    """Whatever goes wrong inside because a service is gone is said to be that."""
    services = tuple(services)
    try:
        yield
    except ServiceGone:
        raise
    except HarnessError:
        refuse_lost(services)
        raise
