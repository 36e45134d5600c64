"""Where the connections of a driven server are, looked at from beside it."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from statistics import fmean
from typing import Final, NamedTuple

from harness.measure.sockets import connections_from, connections_to
from harness.model.measured.load import Slice, SliceRecord
from harness.model.measured.queues import Queues

LOOK_EVERY_S: Final = 0.1
"""A look takes the kernel two milliseconds, on a core of the load generator."""


class Look(NamedTuple):
    """How many connections were where at a moment (seconds since the epoch)."""

    at: float
    unaccepted: int
    unread: int
    unfetched: int


@contextmanager
def watched(port: int) -> Iterator[list[Look]]:
    """Look at a server's port from time to time, in a thread of its own, for the length of the with-block."""
    looks: list[Look] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY_S):
            if (look := look_at(port)) is None:
                return
            looks.append(look)

    watcher = threading.Thread(target=watch, name="queues", daemon=True)
    watcher.start()
    try:
        yield looks
    finally:
        ended.set()
        watcher.join()


def of_stretch(looks: Iterable[Look], record: SliceRecord, wanted: Slice) -> tuple[Look, ...]:
    """Those of the slice's counted stretch."""
    begins, ends = record.started_at + wanted.burn_in_s, record.started_at + wanted.length_s
    return tuple(look for look in looks if begins <= look.at <= ends)


def look_at(port: int) -> Look | None:
    """None where the system does not report its sockets."""
    server, clients = connections_from(port), connections_to(port)
    if server is None or clients is None:
        return None
    return Look(
        at=time.time(),
        unaccepted=sum(not one.accepted for one in server),
        unread=sum(one.accepted and one.unread > 0 for one in server),
        unfetched=sum(one.unread > 0 for one in clients),
    )


def queues_of(looks: Sequence[Look], connections: int) -> Queues | None:
    """None where nothing was seen."""
    if not looks:
        return None
    return Queues(
        looks=len(looks),
        connections=connections,
        unaccepted=fmean(look.unaccepted for look in looks),
        unread=fmean(look.unread for look in looks),
        unfetched=fmean(look.unfetched for look in looks),
    )
