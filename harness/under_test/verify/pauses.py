"""Does a live target send each event of a stream when it is due? Asked for pauses, a buffer shows."""

import asyncio
from typing import Final

from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.under_test.verify.exchange import CHUNK_BYTES
from harness.wire.requests import prepared

PAUSE_MS: Final = 20
LOOKED_AT: Final = 25
"""Events, of a hundred: half a second."""
LEAST_APART: Final = 0.6
"""The share of events that must come by themselves. Pairs of two would be half; a busy machine delays some."""
TRIES: Final = 3
"""A machine that stalls delays events in one of them, a buffer in all."""
_END: Final = b"\n\n"


async def buffered(target: Target, request: Request, deadline_s: float) -> Fault | None:
    """How events are held back; None where they come one by one."""
    paused = request.model_copy(update={"path": f"{request.path}&pause_ms={PAUSE_MS}"})
    fault = None
    for _ in range(TRIES):
        fault = fault_of(await _arrivals(target, paused, deadline_s))
        if fault is None:
            return None
    return fault


async def _arrivals(target: Target, request: Request, deadline_s: float) -> list[int]:
    """How many events each piece completed that came, until LOOKED_AT have come. The end of the connection, or of the
    time, is an end too."""
    arrived: list[int] = []
    writer = None
    try:
        async with asyncio.timeout(deadline_s):
            reader, writer = await asyncio.open_connection(target.host, target.port)
            writer.write(prepared(request, target))
            came = b""
            while sum(arrived) < LOOKED_AT and (data := await reader.read(CHUNK_BYTES)):
                before, came = came.count(_END), came + data
                arrived += [new] if (new := came.count(_END) - before) else []
    except (TimeoutError, OSError):
        pass
    finally:
        if writer is not None:
            writer.transport.abort()
    return arrived


def fault_of(arrived: list[int]) -> Fault | None:
    """What is wrong with events that came in such pieces."""
    total, expected = sum(arrived), f"each of them by itself, {PAUSE_MS} ms apart, as was asked for"
    if total < LOOKED_AT or (len(arrived) == 1 and total):
        seen = f"{total} at once" if arrived else "none in time"
        return Fault(code="stream-buffered", what="events are held back until the end", expected=expected, seen=seen)
    if len(arrived) < LEAST_APART * total:
        seen = f"up to {max(arrived)} together"
        return Fault(
            code="events-grouped", what="events are held back and come in groups", expected=expected, seen=seen
        )
    return None
