"""Whether a server that is asked to stop answers what it has in hand."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import Site, answered, asked, unknown
from harness.under_test.probing.waiting import SCENARIO as WAITS
from harness.under_test.verify.exchange import Connection, connected

CONNECTIONS: Final = 16
BUSY_S: Final = 0.4
"""How long they ask before the server is asked to stop."""
WITHIN_S: Final = 5.0


@dataclass
class Asking:
    """What one connection asks, one request after the other: whether one is under way, and how each ended."""

    whole: int = 0
    under_way_since: float | None = None
    broken_since: list[float] = field(default_factory=list)


async def graceful_stop(site: Site) -> Probed:
    """16 connections ask without a pause; the server is asked to stop as the harness always does. The server is gone
    afterwards."""
    probe: Final = "graceful-stop"
    request = site.scenarios[WAITS].requests[0] if WAITS in site.scenarios else site.usual
    states = [Asking() for _ in range(CONNECTIONS)]
    tasks = [asyncio.create_task(_asks(site, request, state)) for state in states]
    await asyncio.sleep(BUSY_S)
    before = sum(state.whole for state in states)
    asked_at = time.monotonic()
    in_hand = sum(state.under_way_since is not None for state in states)
    site.process.ask_to_stop()
    await asyncio.wait(tasks, timeout=WITHIN_S)
    for task in tasks:
        task.cancel()
    for state in states:
        if state.under_way_since is not None:  # it is not answered at all
            state.broken_since.append(state.under_way_since)
    lost = sum(1 for state in states for began in state.broken_since if began <= asked_at)
    later = sum(len(state.broken_since) for state in states) - lost
    evidence = Evidence(
        sent=f"{CONNECTIONS} connections ask {asked(request)} without a pause; after {BUSY_S:g} s the signal to stop",
        got=f"before the signal: {before} answers\nin hand at the signal: {in_hand} requests, of which {lost} got no"
        f" whole answer\nafter the signal: {sum(state.whole for state in states) - before} answers, {later} requests"
        " sent on a connection that the server then closed",
    )
    if not before:
        return unknown(probe, "nothing was answered before the signal", evidence)
    if not in_hand:
        return unknown(probe, "no request was in hand at the signal", evidence)
    how = f"{lost} of {in_hand} lost"
    return answered(probe, lost == 0, evidence, how=how, figure=lost, unit="requests")


async def _asks(site: Site, request: Request, state: Asking) -> None:
    """Ask until the server takes no connection, or breaks one."""
    while True:
        async with connected(site.target, WITHIN_S) as connection:
            if not isinstance(connection, Connection):
                return
            reusable = True
            while reusable:
                began = state.under_way_since = time.monotonic()
                answer = await connection.ask(request, WITHIN_S)
                state.under_way_since = None
                if not isinstance(answer, Response):
                    state.broken_since.append(began)
                    return
                state.whole += 1
                reusable = connection.reusable
