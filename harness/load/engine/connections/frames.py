"""WebSocket on a connection: a handshake, then messages that must come back as they were sent (RFC 6455).

An echo in one frame and one piece is compared to the byte at once; all else goes through the reader of frames.
"""

from collections.abc import Callable
from time import perf_counter as clock
from typing import Any

from harness.load.engine.connections.base import READ_SIZE, Connection
from harness.load.engine.connections.lane import Lane, Owner
from harness.model.measured.load import ErrorKind
from harness.wire.frames import CLOSE, PING, PONG, FrameReader, Message, frame, handshake_fault, new_key, new_mask
from harness.wire.responses import HEAD_END, MAX_HEAD, Malformed, parse_head


class FramesConnection(Connection):
    """Sends a message when the last one has come back. `handshake` makes the request that opens it, from a key."""

    __slots__ = ("_came", "_handshake", "_key", "_reader")

    def __init__(self, lane: Lane, drive: Owner, handshake: Callable[[str], bytes]) -> None:
        super().__init__(lane, drive)
        self._handshake = handshake
        self._key, self._came, self._reader = "", b"", FrameReader()

    def ask(self, now: float) -> None:
        """Send the exchange's message; part of a frame may have come before."""
        super().ask(now)
        if self._ready and self.busy and not self._reader.is_between:
            self._watcher.callback = self._on_more

    def _greet(self) -> None:
        self._key, self._came, self._reader = new_key(), b"", FrameReader()
        self._watcher.callback = self._on_handshake
        self._say(self._handshake(self._key))

    def _on_handshake(self) -> None:
        """The state of a connection that waits for the answer to its handshake."""
        try:
            data = self._recv(READ_SIZE)
        except OSError as error:
            self._broken(error)
            return
        self._came += data
        end = HEAD_END.search(self._came)
        if end is not None:
            self._opened(self._came[: end.end()], self._came[end.end() :])
        elif not data:
            self._lost("closed-early", "the connection was closed during the handshake")
        elif len(self._came) > MAX_HEAD:
            self._lost("protocol", f"a header of more than {MAX_HEAD} bytes")

    def _opened(self, raw: bytes, rest: bytes) -> None:
        try:
            head = parse_head(raw)
        except Malformed as fault:
            self._lost("protocol", str(fault))
            return
        fault = handshake_fault(head, self._key)
        if fault is not None:
            self._lost("protocol" if head.status == 101 else "status", f"handshake: {fault}")
            return
        self._watcher.callback = self._on_idle
        messages = self._heard(rest) if rest else ()
        if messages:
            self._lost("protocol", "a message before any was sent")
        elif messages is not None:
            self._usable()

    def _take(self, data: bytes) -> None:
        if not data:
            self._lost("closed-early", "the connection was closed before the message came back")
            return
        messages = self._heard(data)
        if messages is None:
            return
        if not messages:
            self._watcher.callback = self._on_more if self.busy else self._on_idle
        elif len(messages) > 1 or not self.busy:
            self._lost("protocol", "a message that nobody asked for")
        else:
            self._judge(messages[0])

    def _heard(self, data: bytes) -> list[Message] | None:
        """The messages that `data` completes, pings answered; None where the connection was lost over it."""
        try:
            came = self._reader.feed(data)
        except Malformed as fault:
            self._lost("protocol", str(fault))
            return None
        for message in came:
            if message.opcode == CLOSE:
                self._lost("closed-early", f"the server closed the WebSocket: {message.payload[:80]!r}")
                return None
            if message.opcode == PING and not self._say(frame(PONG, message.payload, new_mask())):
                return None
        return [message for message in came if message.opcode not in (PING, PONG)]

    def _judge(self, message: Message) -> None:
        exchange: Any = self.exchange
        now, size = clock(), len(frame(message.opcode, message.payload))
        self._watcher.callback = self._on_idle
        self._answered(size, len(message.payload), exchange.fault_of(message), now)

    def _on_idle(self) -> None:
        """Nothing is expected but pings, which keep the connection open."""
        try:
            data = self._recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._take(data)

    def _say(self, data: bytes) -> bool:
        """Send what is short and cannot wait. A socket that does not take it is lost."""
        try:
            sent = self._send(data)
        except OSError as error:
            self._lost("reset", str(error))
            return False
        if sent != len(data):
            self._lost("protocol", "the server does not read what is sent")
        return bool(sent == len(data))

    def _lost(self, kind: ErrorKind, why: str) -> None:
        """An error of what is under way; between messages the connection is closed, and opened again when needed."""
        if self.busy:
            self._fail(kind, why)
        else:
            self.close()
