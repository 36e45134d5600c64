"""Whether a WebSocket is opened (RFC 6455), and what is sent comes back."""

import asyncio
import secrets
from collections import deque
from contextlib import suppress
from typing import Final

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    RejectData,
    Request,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError

from harness.model.found.capabilities import Evidence, Probed
from harness.under_test.probing.site import CHUNK_BYTES, Site, answered, stream_to, unknown

PATH: Final = "/websocket"
SCENARIO: Final = "websocket"
WITHIN_S: Final = 3.0
MOST_EVENTS: Final = 200


class Conversation:
    """The client's side of one WebSocket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._client = WSConnection(ConnectionType.CLIENT)
        self._waiting: deque[Event] = deque()
        self.events: list[str] = []

    async def open(self, authority: str) -> bool:
        """Shake hands; whether the server agrees."""
        self._send(Request(host=authority, target=PATH))
        return isinstance(await self._next(AcceptConnection, RejectConnection), AcceptConnection)

    async def echoes(self, message: str | bytes) -> bool:
        """Whether this message comes back whole, as the same kind."""
        text = isinstance(message, str)
        self._send(TextMessage(data=message) if isinstance(message, str) else BytesMessage(data=message))
        wanted, got = _as_bytes(message), b""
        while isinstance(part := await self._next(TextMessage, BytesMessage), TextMessage if text else BytesMessage):
            got += _as_bytes(part.data)
            if part.message_finished:
                return got == wanted
        return False

    def _send(self, event: Event) -> None:
        self._writer.write(self._client.send(event))

    async def _next(self, *kinds: type[Event]) -> Event | None:
        """The next event of these kinds; None where the conversation ended before. Pings are answered."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(WITHIN_S):
                while len(self.events) < MOST_EVENTS:
                    while self._waiting:
                        event = self._waiting.popleft()
                        self.events.append(_named(event))
                        if isinstance(event, Ping):
                            self._send(event.response())
                        elif isinstance(event, kinds):
                            return event
                        elif isinstance(event, CloseConnection):
                            return None
                    data = await self._reader.read(CHUNK_BYTES)
                    self._client.receive_data(data or None)
                    self._waiting.extend(self._client.events())
        return None


async def websocket(site: Site) -> Probed:
    """Open /websocket, and send a text and bytes that nobody could know."""
    probe: Final = "websocket"
    text, data = secrets.token_hex(32), secrets.token_bytes(64)
    right = opened = False
    broken = ""
    async with stream_to(site.target) as (reader, writer):
        conversation = Conversation(reader, writer)
        try:
            opened = await conversation.open(site.authority)
            right = opened and await conversation.echoes(text) and await conversation.echoes(data)
        except (LocalProtocolError, RemoteProtocolError) as error:
            broken = f"no WebSocket: {error}"
    got = "\n".join([*conversation.events[:12], *([broken] if broken else [])]) or f"nothing within {WITHIN_S:g} s"
    sent = f"an upgrade of GET {PATH} to a WebSocket" + (", a text and bytes, 64 each" if opened else "")
    evidence = Evidence(sent=sent, got=got)
    if right or opened or SCENARIO in site.scenarios:
        how = "" if right else "opened, and what is sent does not come back" if opened else "not opened"
        return answered(probe, right, evidence, how=how)
    if site.interface == "wsgi":
        return answered(probe, False, evidence, how="not opened; WSGI has no such thing")
    return unknown(probe, f"the application has no WebSocket at {PATH}", evidence)


def _as_bytes(message: str | bytes | bytearray) -> bytes:
    return message.encode() if isinstance(message, str) else bytes(message)


def _named(event: Event) -> str:
    if isinstance(event, RejectConnection):
        return f"RejectConnection with status {event.status_code}"
    if isinstance(event, TextMessage | BytesMessage | RejectData):
        return f"{type(event).__name__} of {len(event.data)}"
    return type(event).__name__
