"""Whether connections are kept, and several requests at once are answered in order."""

from collections.abc import Sequence
from typing import Final

import h11

from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import Site, answered, asked, seen, spelled, stream_to, unknown, until
from harness.under_test.verify.exchange import connected

ABSENT: Final = Request(path="/no-such-page-of-any-application")
WITHIN_S: Final = 5.0


async def keep_alive(site: Site) -> Probed:
    """Two requests on one connection."""
    probe: Final = "keep-alive"
    async with connected(site.target, WITHIN_S) as connection:
        if isinstance(connection, Fault):
            return unknown(probe, "no connection can be opened", _exchange(site.usual, connection))
        first = await connection.ask(site.usual, WITHIN_S)
        if isinstance(first, Fault):
            return unknown(probe, "the first request is not answered", _exchange(site.usual, first))
        if not connection.reusable:
            return answered(probe, False, _exchange(site.usual, first), how="the answer closes the connection")
        second = await connection.ask(site.usual, WITHIN_S)
    exchanges = _exchange(site.usual, first), _exchange(site.usual, second, "again, on the same connection: ")
    return answered(probe, isinstance(second, Response) and second.status == first.status, *exchanges)


async def pipelining(site: Site) -> Probed:
    """Three requests in one packet: the page, another that is not there, and the page again, so that the order of the
    answers shows."""
    probe: Final = "pipelining"
    wanted = (site.usual, ABSENT, site.usual)
    alone = [await site.ask(request) for request in wanted[:2]]
    statuses = [answer.status for answer in alone if isinstance(answer, Response)]
    if len(statuses) < 2:
        return unknown(probe, "the requests are not answered alone", *map(_exchange, wanted, alone))
    methods = [request.method for request in wanted]
    async with stream_to(site.target) as (reader, writer):
        writer.write(b"".join(site.raw(request) for request in wanted))
        data = await until(reader, lambda data: len(statuses_in(data, methods)) == len(methods), WITHIN_S)
    found = statuses_in(data, methods)
    exchange = Evidence(
        sent="in one packet:\n" + "\n".join(map(asked, wanted)),
        got=f"{len(found)} whole answers, with the statuses {found}, of these bytes:\n{spelled(data) or 'none'}",
    )
    return answered(
        probe, found == [*statuses, statuses[0]], exchange, how=f"{len(found)} of {len(wanted)} requests are answered"
    )


def statuses_in(data: bytes, methods: Sequence[str]) -> list[int]:
    """The statuses of the whole answers that stand one after the other in `data`, to requests of these methods."""
    found = []
    for method in methods:
        client = h11.Connection(h11.CLIENT)
        client.send(h11.Request(method=method, target="/", headers=[("Host", "localhost")]))
        client.send(h11.EndOfMessage())
        client.receive_data(data)
        status = _whole(client)
        if status is None:
            break
        found.append(status)
        data = client.trailing_data[0]
    return found


def _whole(client: h11.Connection) -> int | None:
    """The status of the first answer, if all of it is there."""
    status = None
    try:
        while True:
            event = client.next_event()
            if isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.EndOfMessage):
                return status
            elif event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                return None
    except h11.RemoteProtocolError:
        return None


def _exchange(request: Request, answer: Response | Fault, before: str = "") -> Evidence:
    return Evidence(sent=before + asked(request), got=seen(answer))
