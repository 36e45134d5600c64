"""The events of `stream`: what is in them, and when they come. How they are sent is the framework's part."""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

T = TypeVar("T")
EVENTS = 100
LONGEST_PAUSE_S = 60.0


def data(seed: int, number: int) -> str:
    """What an event carries, which follows from the stream's seed and its place in it."""
    return json.dumps({"number": number, "value": (seed + number) * 2654435761 % 2**32})


def event(seed: int, number: int) -> str:
    """One server-sent event."""
    return f"id: {number}\ndata: {data(seed, number)}\n\n"


def pause_s(text: str | None) -> float:
    """Seconds between two events that a parameter `pause_ms` asks for: none where it is no whole number."""
    try:
        return min(max(int(text or ""), 0) / 1000, LONGEST_PAUSE_S)
    except ValueError:
        return 0.0


def streamed(seed: str | None, pause_ms: str | None = None) -> Iterator[str]:
    """The events of a stream, one by one, for threads."""
    start, pause = int(seed or 0), pause_s(pause_ms)
    for number in range(EVENTS):
        if pause and number:
            time.sleep(pause)
        yield event(start, number)


async def streaming(
    seed: str | None, pause_ms: str | None = None, made: Callable[[int, int], T] = event
) -> AsyncIterator[T]:
    """The events of a stream, one by one, for event loops. `made`: what makes one of seed and number, for frameworks
    with events of their own."""
    import asyncio  # noqa: PLC0415 - threads do without

    start, pause = int(seed or 0), pause_s(pause_ms)
    for number in range(EVENTS):
        if pause and number:
            await asyncio.sleep(pause)
        yield made(start, number)
