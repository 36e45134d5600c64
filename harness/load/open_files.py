"""Open files: a connection is one, and thousands of them pass the usual limit."""

import resource

from harness.model.errors import EnvironmentRefused

OWN_FILES = 100
"""What the load process itself has open: libraries, logs, Locust's sockets."""
UNLIMITED = 2**31


def raise_limit() -> None:
    """Raise the soft limit to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def allowed() -> int:
    """How many files this process may have open."""
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def hard_limit() -> int:
    """How many files a load process may have open here: it raises its soft limit to the hard one."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return UNLIMITED if hard == resource.RLIM_INFINITY else hard


def files_for(connections: int, targets: int) -> int:
    """Files a load process has open with `connections` to each of `targets`."""
    return connections * targets + OWN_FILES


def demand(connections: int, targets: int, limit: int, *, where: str) -> None:
    """Raises EnvironmentRefused when `connections` to each of `targets` are more than `limit` files allow."""
    needed = files_for(connections, targets)
    if needed > limit:
        raise EnvironmentRefused(
            f"{connections} connections to each of {targets} targets need {needed} open files; {limit} are allowed",
            where=where,
            mend=f"allow more (ulimit -Hn {needed}), or run fewer applications together or a lower level",
        )
