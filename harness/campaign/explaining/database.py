"""What the database did for a configuration between two readings of its counters: statements, seconds and bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from harness.contract.demand import demanded_of
from harness.measure.sockets import Connection, connections_to
from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.database_work import DatabaseWork, Statement
from harness.under_test.services.live import LiveService
from harness.under_test.services.postgresql_counters import sum_up

MOST_KEPT: Final = 100
"""Statements of a block, those that took the most time: the report shows a few, each counted in all blocks."""
MOST_LETTERS: Final = 300


@dataclass(frozen=True)
class Reading:
    """The counters of all statements, by text, and of the connections to the database, by the port of their client's
    end; None where these are not known."""

    statements: Mapping[str, Statement]
    connections: Mapping[int, Connection] | None


def read(service: LiveService | None) -> Reading | None:
    """None where no statements are counted."""
    if service is None or service.statements is None:
        return None
    return Reading({one.text: one for one in service.statements()}, _connections(service))


def _connections(service: LiveService) -> dict[int, Connection] | None:
    """Of a server of our own: at the port of another one there may be other databases on other machines."""
    port = urlsplit(service.url).port if service.process else None
    ends = connections_to(port, with_bytes=True) if port else None
    return None if ends is None else {end.local_port: end for end in ends}


def work_between(
    before: Reading | None, after: Reading | None, answered: int, manifest: ScenarioManifest
) -> DatabaseWork | None:
    """What was done for `answered` requests. None where it is not counted, or the counters began anew in between."""
    if before is None or after is None or not answered:
        return None
    done = _run_between(before.statements, after.statements)
    if done is None:
        return None
    sent, received = _bytes_between(before.connections, after.connections)
    largest = sorted(done, key=lambda one: (-one.seconds, one.text))[:MOST_KEPT]
    audit = manifest.audit
    return DatabaseWork(
        answered=answered,
        calls=sum(one.calls for one in done),
        reads=sum_up(done).reads,
        reads_asked=demanded_of(audit, manifest.rank.at.n, 1).reads if audit else None,
        rows=sum(one.rows for one in done),
        seconds=sum(one.seconds for one in done),
        sent=sent,
        received=received,
        statements=tuple(one.model_copy(update={"text": one.text[:MOST_LETTERS]}) for one in largest),
    )


def _run_between(before: Mapping[str, Statement], after: Mapping[str, Statement]) -> list[Statement] | None:
    done = []
    for text, now in after.items():
        then = before.get(text, Statement(text=text, calls=0, rows=0, seconds=0.0))
        if now.calls < then.calls:
            return None
        if now.calls > then.calls:
            rows, seconds = max(0, now.rows - then.rows), max(0.0, now.seconds - then.seconds)
            done.append(Statement(text=text, calls=now.calls - then.calls, rows=rows, seconds=seconds))
    return done


def _bytes_between(
    before: Mapping[int, Connection] | None, after: Mapping[int, Connection] | None
) -> tuple[int, int] | tuple[None, None]:
    """Sent and received by the clients. Not known where connections came or went: what they carried went with them."""
    if not before or not after or before.keys() != after.keys():
        return None, None
    pairs = [(before[port], now) for port, now in after.items()]
    return sum(now.sent - then.sent for then, now in pairs), sum(now.received - then.received for then, now in pairs)
