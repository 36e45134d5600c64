"""Messages on WebSockets of a live target: each must come back as it was sent, alone and with others at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from harness.contract.response import clipped
from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.under_test.verify.exchange import CHUNK_BYTES
from harness.wire.filling import filled
from harness.wire.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameReader,
    Message,
    frame,
    handshake_fault,
    handshake_of,
    new_key,
    new_mask,
)
from harness.wire.requests import prepared
from harness.wire.responses import HEAD_END, MAX_HEAD, Malformed, parse_head

AT_ONCE: Final = 64
ROUNDS: Final = 4
"""The burst: so many WebSockets at once, each with so many messages."""
ALONE: Final = 32
"""Messages on one WebSocket before it, one after another."""
SERVER_CLOSED: Final = Fault(code="websocket-closed", what="the WebSocket was closed before the message came back")


class Socket:
    """An open WebSocket. After a fault it is done with."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._frames = FrameReader()
        self._came: list[Message] = []

    async def opened(self, request: Request, target: Target) -> Fault | None:
        """Shake hands; why that failed."""
        key = new_key()
        self._writer.write(prepared(handshake_of(request, key), target))
        came = b""
        while (end := HEAD_END.search(came)) is None:
            data = await self._reader.read(CHUNK_BYTES)
            came += data
            if not data or len(came) > MAX_HEAD:
                return Fault(code="response-cut", what="no answer to the handshake", seen=clipped(came))
        head = parse_head(came[: end.end()])
        wrong = handshake_fault(head, key)
        what, expected = "the WebSocket is not opened", "101 and its headers"
        if wrong is not None and head.status != 101:
            return Fault(code="handshake-refused", what=what, expected=expected, seen=wrong)
        if wrong is not None:
            return Fault(code="handshake-wrong", what=what, expected=expected, seen=wrong)
        self._came += self._frames.feed(came[end.end() :])
        return None

    async def echoed(self, message: Message) -> Fault | None:
        """Send a message, and say what is wrong with the one that comes back."""
        self._writer.write(frame(*message, new_mask()))
        while True:
            for came in [self._came.pop(0) for _ in list(self._came)]:
                if came.opcode == PING:
                    self._writer.write(frame(PONG, came.payload, new_mask()))
                elif came.opcode == CLOSE:
                    return SERVER_CLOSED
                elif came.opcode != PONG:
                    return difference(message, came)
            data = await self._reader.read(CHUNK_BYTES)
            if not data:
                return SERVER_CLOSED
            self._came += self._frames.feed(data)


def difference(sent: Message, came: Message) -> Fault | None:
    """What is wrong with a message that came back."""
    if came.payload != sent.payload:
        expected, seen = clipped(sent.payload), clipped(came.payload)
        return Fault(code="message-differs", what="the message comes back changed", expected=expected, seen=seen)
    if came.opcode != sent.opcode:
        kinds = {TEXT: "text", BINARY: "binary"}
        expected, seen = kinds[sent.opcode], kinds.get(came.opcode, f"opcode {came.opcode}")
        return Fault(code="opcode-differs", what="the message comes back as another kind", expected=expected, seen=seen)
    return None


def messages_of(requests: Sequence[Request], target: Target) -> list[Message]:
    """What is sent: text and binary in turn."""
    return [
        Message(BINARY if place % 2 else TEXT, filled(request, target.values).body.encode())
        for place, request in enumerate(requests)
    ]


async def faults_alone(target: Target, requests: Sequence[Request], deadline_s: float) -> list[Fault]:
    """The first messages, one after another on one WebSocket: what is wrong."""
    fault = await _conversation(target, requests[0], messages_of(requests[:ALONE], target), deadline_s)
    return [fault] if fault else []


async def faults_at_once(target: Target, requests: Sequence[Request], deadline_s: float) -> list[Fault]:
    """Many WebSockets at once, each with messages of its own: what is wrong."""
    messages = messages_of(requests, target)
    starts = range(0, AT_ONCE * ROUNDS, ROUNDS)
    series = [[messages[(start + step) % len(messages)] for step in range(ROUNDS)] for start in starts]
    found = await asyncio.gather(*(_conversation(target, requests[0], one, deadline_s) for one in series))
    return [fault for fault in found if fault]


async def _conversation(
    target: Target, opening: Request, messages: Sequence[Message], deadline_s: float
) -> Fault | None:
    async with _connected(target, deadline_s) as socket:
        if isinstance(socket, Fault):
            return socket
        try:
            async with asyncio.timeout(deadline_s):
                fault = await socket.opened(opening, target)
                for message in messages:
                    fault = fault or await socket.echoed(message)
        except TimeoutError:
            return Fault(code="response-late", what="no message back in time", expected=f"within {deadline_s:g} s")
        except Malformed as error:
            return Fault(code="frame-malformed", what="what came is no right WebSocket", seen=str(error))
        except OSError as error:
            return Fault(code="connection-broken", what="the connection broke", seen=str(error))
        return fault


@asynccontextmanager
async def _connected(target: Target, deadline_s: float) -> AsyncIterator[Socket | Fault]:
    try:
        async with asyncio.timeout(deadline_s):
            reader, writer = await asyncio.open_connection(target.host, target.port)
    except TimeoutError:
        yield Fault(code="connection-late", what="no connection in time", expected=f"within {deadline_s:g} s")
        return
    except OSError as error:
        yield Fault(code="connection-refused", what="no connection", seen=str(error))
        return
    try:
        yield Socket(reader, writer)
    finally:
        writer.transport.abort()
