"""The largest body and the longest header that are taken, found by bisection up to a bound."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from harness.model.asked.request import Request
from harness.model.found.capabilities import Evidence, Probed, ProbeId
from harness.under_test.probing.site import Site, spelled, stream_to, unknown, until

MOST_BODY: Final = 32 * 1024 * 1024
MOST_HEADER: Final = 1024 * 1024
CLOSE_ENOUGH: Final = 1.01
WITHIN_S: Final = 8.0
UPLOAD: Final = "upload"
SIZES: Final = ((1024 * 1024, "MiB"), (1024, "KiB"))

Tried = Callable[[int], Awaitable[bytes]]
"""Asked with so many bytes: the beginning of what comes back; empty where the connection was closed or nothing came."""


async def largest_body(site: Site) -> Probed:
    """Bodies sent where the application takes uploads, else to its usual page."""
    scenario = site.scenarios.get(UPLOAD)
    example = scenario.requests[0] if scenario else Request(method="POST", path=site.usual.path)

    async def tried(size: int) -> bytes:
        request = Request(method="POST", path=example.path, headers={**example.headers, "Content-Length": str(size)})
        return await _sent(site, site.raw(request), b"x" * size)

    return await _bisected("largest-body", f"POST {example.path} with a body", tried, MOST_BODY)


async def largest_header(site: Site) -> Probed:
    """A header that nobody reads."""

    async def tried(size: int) -> bytes:
        return await _sent(site, site.raw(site.usual, **{"X-Harness": "x" * size}), b"")

    return await _bisected(
        "largest-header", f"{site.usual.method} {site.usual.path} with a header X-Harness", tried, MOST_HEADER
    )


async def _bisected(probe: ProbeId, what: str, tried: Tried, most: int) -> Probed:
    """The largest size that is answered as one byte is."""
    small = await tried(1)
    right = status_of(small)
    base = Evidence(sent=f"{what} of 1 byte", got=spelled(small) or "nothing, or a closed connection")
    if right is None:
        return unknown(probe, "one byte is not answered", base)
    largest = await tried(most)
    if status_of(largest) == right:
        top = Evidence(sent=f"{what} of {in_words(most)}", got=_line(largest))
        return _measured(probe, f"at least {in_words(most)}", most, right, (base, top))
    taken, refused, refusal = 1, most, largest
    while refused > taken * CLOSE_ENOUGH and refused - taken > 1:
        middle = max(taken + 1, min(refused - 1, round((taken * refused) ** 0.5)))
        got = await tried(middle)
        if status_of(got) == right:
            taken = middle
        else:
            refused, refusal = middle, got
    limit = Evidence(sent=f"{what} of {refused:,} bytes", got=_line(refusal))
    return _measured(probe, f"{in_words(taken)}; beyond: {_refusal(refusal)}", taken, right, (base, limit))


def _measured(probe: ProbeId, how: str, size: int, status: int, evidence: tuple[Evidence, ...]) -> Probed:
    """Where a page refuses what is sent at any size, the size is that which the server took, and is said to be that."""
    refused = f" (the page itself answers {status} at any size)" if status >= 400 else ""
    return Probed(probe=probe, answer="measured", how=how + refused, figure=size, unit="bytes", evidence=evidence)


def status_of(data: bytes) -> int | None:
    """The status of the answer that begins like this."""
    parts = data[:16].split(b" ")
    return int(parts[1]) if len(parts) > 1 and parts[0].startswith(b"HTTP/1.") and parts[1][:3].isdigit() else None


def in_words(size: int) -> str:
    """A size for people: 64 KiB."""
    for unit, name in SIZES:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"


def _line(data: bytes) -> str:
    return spelled(data.split(b"\n")[0]) or "nothing, or a closed connection"


def _refusal(data: bytes) -> str:
    status = status_of(data)
    return "the connection is closed" if status is None else f"status {status}"


async def _sent(site: Site, head: bytes, body: bytes) -> bytes:
    """Send all of it, and read the first answer while sending: a server that refuses may not read to the end."""
    with suppress(TimeoutError, OSError):
        async with stream_to(site.target) as (reader, writer):
            reading = asyncio.create_task(until(reader, lambda data: b"\r\n" in data, WITHIN_S))
            with suppress(TimeoutError, OSError):
                async with asyncio.timeout(WITHIN_S):
                    writer.write(head + body)
                    await writer.drain()
            return await reading
    return b""
