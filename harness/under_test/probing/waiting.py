"""How many handlers wait at the same time."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import cycle, islice
from typing import Final

from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import Site, answered, asked, seen, unanswered, unknown
from harness.under_test.verify.exchange import Connection, connected

SCENARIO: Final = "wait"
AT_ONCE: Final = 100
ALONE: Final = 3
"""Times one request is asked alone: the first may wait for what is left of many at once."""
WITHIN_S: Final = 4.0
"""A handler at a time answers 80 of 100 in it: enough to see that."""
SURELY: Final = 0.75
"""Answers that arrive within this share of one wait were all waiting at the same moment."""


async def concurrent_handlers(site: Site) -> Probed:
    """100 requests at once, each of which waits for another service: how many waited at the same moment?"""
    probe: Final = "concurrent-handlers"
    if SCENARIO not in site.scenarios:
        return unanswered(probe, SCENARIO)
    requests = tuple(islice(cycle(site.scenarios[SCENARIO].requests), AT_ONCE))
    await _answers(site, requests)  # connections of the application to that service are made now
    tried = [await site.ask(requests[0]) for _ in range(ALONE)]
    alone = min(tried, key=lambda answer: WITHIN_S if isinstance(answer, Fault) else answer.took_s)
    if (
        isinstance(alone, Fault)
        or alone.status != requests[0].expected(site.scenarios[SCENARIO].manifest.expect).status
    ):
        return unknown(probe, "a request alone is not answered", Evidence(sent=asked(requests[0]), got=seen(alone)))
    arrivals = await _answers(site, requests)
    at_once = most_within(arrivals, alone.took_s * SURELY)
    evidence = Evidence(
        sent=f"{asked(requests[0])}, alone, {ALONE} times; then {AT_ONCE} such requests at once",
        got=got_in_words(alone.took_s, arrivals, at_once),
    )
    if not arrivals:
        return unknown(probe, "no request of many at once is answered", evidence)
    how = in_words(at_once)
    return answered(probe, at_once > 1, evidence, how=how, figure=at_once, unit="handlers")


def got_in_words(alone_s: float, arrivals_s: Sequence[float], at_once: int) -> str:
    """What was seen of a request alone, and of many; `arrivals_s` in order, none where no answer came in time."""
    between = (
        f", the first after {arrivals_s[0] * 1000:.1f} ms, the last after {arrivals_s[-1] * 1000:.1f} ms"
        if arrivals_s
        else ""
    )
    return (
        f"alone: answered after {alone_s * 1000:.1f} ms at the least\n"
        f"{len(arrivals_s)} of {AT_ONCE} answered within {WITHIN_S:g} s{between}\n"
        f"at most {at_once} answers arrive within {SURELY:g} of the time of one"
    )


def most_within(arrivals_s: Sequence[float], span_s: float) -> int:
    """The most answers that arrive in any stretch shorter than `span_s`; `arrivals_s` in order.

    A handler that waits for w is under way during the w before its answer. Answers less than w apart therefore belong
    to handlers that were all under way at the moment before the first of them.
    """
    return max((bisect_left(arrivals_s, start + span_s) - place for place, start in enumerate(arrivals_s)), default=0)


def in_words(at_once: int) -> str:
    """A server that is slow to answer shows fewer than there are."""
    if at_once == 1:
        return "one at a time"
    return f"all {AT_ONCE} at the same moment" if at_once == AT_ONCE else f"at least {at_once} of {AT_ONCE} at once"


async def _answers(site: Site, requests: Sequence[Request]) -> list[float]:
    """When right answers arrived, in seconds after all were sent, in order."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connected(site.target, WITHIN_S)) for _ in requests]
        began = time.monotonic()
        found = await asyncio.gather(
            *(
                _answered_at(connection, request)
                for connection, request in zip(connections, requests, strict=True)
                if isinstance(connection, Connection)
            )
        )
    return sorted(moment - began for moment in found if moment is not None)


async def _answered_at(connection: Connection, request: Request) -> float | None:
    answer = await connection.ask(request, WITHIN_S)
    return time.monotonic() if isinstance(answer, Response) and answer.status < 400 else None
