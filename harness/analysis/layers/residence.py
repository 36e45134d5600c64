"""Where a request is from its sending until its answer is read: the places, and how long it is in each."""

from collections.abc import Mapping
from typing import Final

from harness.model.found.explanation import Amount
from harness.model.measured.profile import Profile

ACCEPT_QUEUE: Final = "accept-queue"
SOCKET: Final = "socket"
INSIDE: Final = "inside"
DATABASE: Final = "database"
WORK: Final = "work"
GENERATOR: Final = "generator"
PLACES: Final = (ACCEPT_QUEUE, SOCKET, INSIDE, DATABASE, WORK, GENERATOR)
"""In the order in which a request meets them. `inside`: in the server, without work and not in the database."""

MOSTLY: Final = 0.5


def residence(profile: Profile) -> dict[str, float]:
    """Microseconds per request in each place; empty where the queues are not known.

    By Little's law (1961, A Proof for the Queuing Formula L = lambda W): the mean number of requests in a place over
    the requests per second. Each connection always has one request somewhere. Of the time inside the server, the work
    is its CPU time, and the database's is that of its own counters.
    """
    queues = profile.queues
    if queues is None:
        return {}
    a_request_us = 1e6 / profile.rate
    waits = {
        ACCEPT_QUEUE: queues.unaccepted * a_request_us,
        SOCKET: queues.unread * a_request_us,
        GENERATOR: queues.unfetched * a_request_us,
    }
    left = max(0.0, queues.connections * a_request_us - sum(waits.values()))
    work = min(left, profile.cpu_us)
    in_database = min(left - work, _executing_us(profile))
    return waits | {WORK: work, DATABASE: in_database, INSIDE: left - work - in_database}


def limited_by_load(residences: Mapping[str, Amount]) -> bool:
    """Whether most of the time answers lay with the load generator: the server waited for it."""
    whole = sum(amount.us for amount in residences.values())
    return GENERATOR in residences and residences[GENERATOR].us > MOSTLY * whole


def _executing_us(profile: Profile) -> float:
    """Microseconds per request in which the database ran statements; 0 where it is not known."""
    work = profile.database
    return 1e6 * work.seconds / work.answered if work else 0.0
