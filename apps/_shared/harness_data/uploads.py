"""Bodies of the scenario `upload`: hashed piece by piece, so that none is in memory as a whole."""

import hashlib
from collections.abc import AsyncIterable, Iterable, Iterator
from typing import BinaryIO

PIECE_BYTES = 65_536
Digest = dict[str, str | int]


def pieces_of(stream: BinaryIO, size: int) -> Iterator[bytes]:
    """The next `size` bytes of a stream: not every server ends the stream where the body ends."""
    while size > 0 and (piece := stream.read(min(size, PIECE_BYTES))):
        size -= len(piece)
        yield piece


def digest(pieces: Iterable[bytes]) -> Digest:
    """The answer to a body that comes in pieces."""
    found, size = hashlib.sha256(), 0
    for piece in pieces:
        found.update(piece)
        size += len(piece)
    return {"sha256": found.hexdigest(), "size": size}


async def digest_as_it_comes(pieces: AsyncIterable[bytes]) -> Digest:
    """The same for an event loop."""
    found, size = hashlib.sha256(), 0
    async for piece in pieces:
        found.update(piece)
        size += len(piece)
    return {"sha256": found.hexdigest(), "size": size}
