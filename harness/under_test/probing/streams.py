"""Whether a stream arrives as it is made, and whether making it ends when its reader has gone."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import h11

from harness.measure.tree import thread_cpu_seconds
from harness.model.asked.request import Request
from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import CHUNK_BYTES, Site, answered, asked, stream_to, unanswered, unknown

SCENARIO: Final = "stream"
EVENTS: Final = 100
PAUSE_S: Final = 0.02
WITHIN_S: Final = 8.0

STREAMS: Final = 16
LONG_PAUSE_S: Final = 0.04
BEGUN_S: Final = 1.5
WATCHED_S: Final = 0.6
"""How long the server's CPU time is watched: with nothing to do, with streams, and when their readers have gone."""
SETTLED_S: Final = 0.5
"""How long a server may take to notice: more than ten events of each stream, of which the first is answered by a
reset."""
LEAST_CPU_S: Final = 0.0005
"""Streams that cost less than this in `WATCHED_S` are not seen well enough."""
GOES_ON: Final = 0.25
STOPPED: Final = 0.1
"""Shares of the streams' CPU time that are still spent when their readers have gone. Making events that nobody is sent
costs a third of what sending them does."""


def streamed(pause_s: float) -> Request:
    """A stream of 100 events, with pauses."""
    return Request(path=f"/stream?seed=1&pause_ms={round(pause_s * 1000)}")


async def streaming(site: Site) -> Probed:
    """A stream of events that are made 20 ms apart: when does each arrive?"""
    probe: Final = "streaming"
    if SCENARIO not in site.scenarios:
        return unanswered(probe, SCENARIO)
    request, arrivals = streamed(PAUSE_S), []
    with suppress(TimeoutError, OSError, h11.RemoteProtocolError):
        async with asyncio.timeout(WITHIN_S), stream_to(site.target) as (reader, writer):
            began = time.monotonic()
            writer.write(site.raw(request))
            async for count in _events(reader):
                arrivals += [time.monotonic() - began] * count
    evidence = Evidence(sent=f"{asked(request)}\n({EVENTS} events, {PAUSE_S * 1000:.0f} ms apart)", got=_told(arrivals))
    if not arrivals:
        return unknown(probe, "no event arrives", evidence)
    first_ms = arrivals[0] * 1000
    how = f"{first_ms:.0f} ms to the first of {len(arrivals)} events"
    return answered(probe, arrive_as_made(arrivals, PAUSE_S), evidence, how=how, figure=round(first_ms, 1), unit="ms")


def arrive_as_made(arrivals_s: Sequence[float], pause_s: float) -> bool:
    """Whether the first event comes in the first quarter of the stream, and at least half of the others come by
    themselves: half of a pause or more after the one before."""
    if len(arrivals_s) < EVENTS:
        return False
    gaps = [after - before for before, after in pairwise(arrivals_s)]
    alone = sum(gap >= pause_s / 2 for gap in gaps)
    return arrivals_s[0] <= arrivals_s[-1] / 4 and alone >= len(gaps) / 2


def _told(arrivals_s: Sequence[float]) -> str:
    if not arrivals_s:
        return "no event"
    places = sorted({0, 1, 2, len(arrivals_s) // 2, len(arrivals_s) - 1} & set(range(len(arrivals_s))))
    lines = [f"event {place + 1} after {arrivals_s[place] * 1000:.0f} ms" for place in places]
    return "\n".join([f"{len(arrivals_s)} events", *lines])


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[int]:
    """How many events each piece of the answer ends. Raises h11.RemoteProtocolError."""
    client = h11.Connection(h11.CLIENT)
    client.send(h11.Request(method="GET", target="/", headers=[("Host", "localhost")]))
    client.send(h11.EndOfMessage())
    last = b""
    while True:
        event = client.next_event()
        if event is h11.NEED_DATA:
            client.receive_data(await reader.read(CHUNK_BYTES))
        elif isinstance(event, h11.Data):
            data = last + bytes(event.data)
            last = data[-1:]
            if count := data.count(b"\n\n"):
                yield count
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed) or event is h11.PAUSED:
            return


@dataclass(frozen=True)
class Spent:
    """CPU seconds of the server in `WATCHED_S`: with nothing to do, with streams, and when their readers have gone."""

    idle_s: float
    streaming_s: float
    left_s: float

    @property
    def share(self) -> float | None:
        """What is still spent of what the streams cost; None where that is too little to see."""
        cost = self.streaming_s - self.idle_s
        return None if cost < LEAST_CPU_S else max(0.0, self.left_s - self.idle_s) / cost


async def disconnect(site: Site) -> Probed:
    """Streams that pause, readers that leave: does the server go on to spend CPU time on them?"""
    probe: Final = "disconnect"
    if SCENARIO not in site.scenarios:
        return unanswered(probe, SCENARIO)
    request = streamed(LONG_PAUSE_S)
    idle_s = await _spent(site)
    async with AsyncExitStack() as stack:
        open_ones = []
        for _ in range(STREAMS):
            reader, writer = await stack.enter_async_context(stream_to(site.target))
            writer.write(site.raw(request))
            open_ones.append((reader, writer))
        begun = await asyncio.gather(*(_begins(reader) for reader, _ in open_ones))
        readers = [asyncio.create_task(_read(reader)) for reader, _ in open_ones]
        streaming_s = await _spent(site)
        for task in readers:
            task.cancel()
        for _, writer in open_ones:
            writer.close()
    await asyncio.sleep(SETTLED_S)
    spent = Spent(idle_s, streaming_s, await _spent(site))
    watched = f"CPU time of the server in {WATCHED_S:g} s"
    evidence = Evidence(
        sent=f"{STREAMS} times {asked(request)}\nthen every reader closes its connection",
        got=f"{sum(begun)} streams begin\n{watched}: {spent.idle_s * 1000:.2f} ms with nothing to do,"
        f" {spent.streaming_s * 1000:.2f} ms with the streams,"
        f" {spent.left_s * 1000:.2f} ms from {SETTLED_S:g} s after the readers left",
    )
    if not any(begun):
        return unknown(probe, "no stream begins", evidence)
    if spent.share is None:
        return unknown(probe, "the streams cost too little CPU time to see whether they go on", evidence)
    if STOPPED < spent.share < GOES_ON:
        return unknown(probe, f"{spent.share:.0%} of the CPU time goes on: that decides nothing", evidence)
    how = f"{spent.share:.0%} of the streams' CPU time goes on"
    return answered(probe, spent.share <= STOPPED, evidence, how=how, figure=round(spent.share * 100), unit="%")


async def _spent(site: Site) -> float:
    """CPU seconds of the server's threads in `WATCHED_S`, to the nanosecond."""
    before = thread_cpu_seconds(site.process.warden_pid)
    await asyncio.sleep(WATCHED_S)
    after = thread_cpu_seconds(site.process.warden_pid)
    return sum(seconds - before.get(thread, 0.0) for thread, seconds in after.items())


async def _begins(reader: asyncio.StreamReader) -> bool:
    """Whether the first event arrives soon; where a server runs one handler at a time, it does for one stream alone."""
    with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        async with asyncio.timeout(BEGUN_S):
            await reader.readuntil(b"data:")
            return True
    return False


async def _read(reader: asyncio.StreamReader) -> None:
    while await reader.read(CHUNK_BYTES):
        pass
