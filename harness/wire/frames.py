"""WebSocket (RFC 6455) as bytes: the handshake, the frames a client sends, and those that a server may send."""

import base64
import hashlib
import secrets
from typing import Final, NamedTuple

from harness.model.asked.request import Request
from harness.wire.responses import Head, Malformed

TEXT: Final = 1
BINARY: Final = 2
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10
CONTINUATION: Final = 0
MAX_MESSAGE: Final = 1024 * 1024
MAX_CONTROL: Final = 125
"""Bytes that a control frame may hold (RFC 6455, 5.5)."""
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_KNOWN: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})


class Message(NamedTuple):
    """What a server sent: a whole message, its fragments joined, or a control frame."""

    opcode: int
    payload: bytes


def new_key() -> str:
    """Sec-WebSocket-Key of one handshake."""
    return base64.b64encode(secrets.token_bytes(16)).decode()


def accept_of(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a key (RFC 6455, 4.2.2)."""
    return base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest()).decode()


def handshake_of(request: Request, key: str) -> Request:
    """The request that opens a WebSocket at the path of `request`. Its body is a message, and not part of it."""
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    return request.model_copy(update={"method": "GET", "body": "", "headers": {**request.headers, **asked}})


def handshake_fault(head: Head, key: str) -> str | None:
    """Why the answer to a handshake opens no WebSocket; None where it does (RFC 6455, 4.1)."""
    fields = {name: value.strip() for name, value in head.fields}
    if head.status != 101:
        return f"status {head.status}, not 101"
    if fields.get("upgrade", "").lower() != "websocket":
        return f"Upgrade is {fields.get('upgrade', 'missing')[:80]!r}, not 'websocket'"
    if "upgrade" not in {option.strip().lower() for option in fields.get("connection", "").split(",")}:
        return f"Connection is {fields.get('connection', 'missing')[:80]!r}, not 'Upgrade'"
    if fields.get("sec-websocket-accept") != accept_of(key):
        return f"Sec-WebSocket-Accept is {fields.get('sec-websocket-accept', 'missing')[:80]!r}, not that of the key"
    unasked = [name for name in ("sec-websocket-extensions", "sec-websocket-protocol") if name in fields]
    return f"{unasked[0]} was not asked for" if unasked else None


def frame(opcode: int, payload: bytes, mask: bytes | None = None) -> bytes:
    """One unfragmented frame: masked as a client must, or without `mask` as a server must."""
    masked = 0x80 if mask else 0
    size = len(payload)
    if size <= MAX_CONTROL:
        head = bytes((0x80 | opcode, masked | size))
    elif size < 1 << 16:
        head = bytes((0x80 | opcode, masked | 126)) + size.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, masked | 127)) + size.to_bytes(8, "big")
    return head + (mask + _masked(payload, mask) if mask else payload)


def new_mask() -> bytes:
    """A fresh masking key, which nobody can foresee (RFC 6455, 5.3)."""
    return secrets.token_bytes(4)


def _masked(payload: bytes, mask: bytes) -> bytes:
    repeated = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(len(payload), "big")


class FrameReader:
    """What a server sends, in any pieces. One that has raised is done with."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._opcode: int | None = None
        self._parts = bytearray()

    @property
    def is_between(self) -> bool:
        """Whether all that has come was whole messages."""
        return not self._buffer and self._opcode is None

    def feed(self, data: bytes) -> list[Message]:
        """The messages and control frames that `data` completes, in order. Raises Malformed."""
        self._buffer += data
        found = []
        while (message := self._next()) is not None:
            if message.opcode != CONTINUATION:
                found.append(message)
        return found

    def _next(self) -> Message | None:
        """The next whole frame; a fragment that completes nothing is a continuation, whatever it was."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        final, opcode, size = buffer[0] & 0x80, buffer[0] & 0x0F, buffer[1] & 0x7F
        if buffer[0] & 0x70:
            raise Malformed("a frame with reserved bits, and no extension was agreed on")
        if opcode not in _KNOWN:
            raise Malformed(f"a frame with the unknown opcode {opcode}")
        if buffer[1] & 0x80:
            raise Malformed("a server must not mask its frames")
        if opcode >= CLOSE and (not final or size > MAX_CONTROL):
            raise Malformed("a control frame that is fragmented or longer than 125 bytes")
        at = 2
        if size > MAX_CONTROL:
            width = 2 if size == 126 else 8
            if len(buffer) < 2 + width:
                return None
            at, size = 2 + width, int.from_bytes(buffer[2 : 2 + width], "big")
        if size + len(self._parts) > MAX_MESSAGE:
            raise Malformed(f"a message of more than {MAX_MESSAGE} bytes")
        if len(buffer) < at + size:
            return None
        payload = bytes(buffer[at : at + size])
        del buffer[: at + size]
        return Message(opcode, payload) if opcode >= CLOSE else self._joined(bool(final), opcode, payload)

    def _joined(self, final: bool, opcode: int, payload: bytes) -> Message:
        if (opcode == CONTINUATION) != (self._opcode is not None):
            raise Malformed("a fragment out of turn")
        if opcode != CONTINUATION:
            self._opcode = opcode
        self._parts += payload
        if not final:
            return Message(CONTINUATION, b"")
        assert self._opcode is not None
        whole, self._opcode, self._parts = Message(self._opcode, bytes(self._parts)), None, bytearray()
        return whole
