"""Compressed bodies: which were asked for, and what they hold."""

import zlib
from typing import Final

from harness.model.asked.request import Request

LARGEST_BODY: Final = 64 * 1024 * 1024
WINDOWS: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""What zlib calls the forms that can be unpacked here (RFC 9110, 8.4.1)."""


def codings_asked(request: Request) -> tuple[str, ...]:
    """The compressions that the request accepts and that can be unpacked here."""
    values = [value for name, value in request.headers.items() if name.lower() == "accept-encoding"]
    asked = [part.partition(";") for value in values for part in value.lower().split(",")]
    accepted = [name.strip() for name, _, weight in asked if weight.replace(" ", "") not in ("q=0", "q=0.0")]
    return tuple(name for name in accepted if name in WINDOWS)


def unpacked(body: bytes, coding: str) -> bytes:
    """The body without its compression. Raises ValueError where it is broken, or larger than LARGEST_BODY."""
    reader = zlib.decompressobj(WINDOWS[coding.lower()])
    try:
        plain = reader.decompress(body, LARGEST_BODY)
    except zlib.error as error:
        raise ValueError(f"it is no {coding}: {error}") from error
    if reader.unconsumed_tail:
        raise ValueError(f"it holds more than {LARGEST_BODY} bytes")
    if not reader.eof or reader.unused_data:
        raise ValueError(f"its {coding} {'is cut short' if not reader.eof else 'goes on after its end'}")
    return plain
