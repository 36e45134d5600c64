"""Streams of events: a response that is compared while it comes, and the moment of its first event.

What follows the head of a right stream is the same bytes the next time that stream is asked for, whatever pieces it
comes in. So each piece is compared with the stream that was judged in full; the first difference leads to the parser.
"""

from time import perf_counter as clock
from typing import Any, Final

from harness.load.engine.connections.base import READ_SIZE
from harness.load.engine.connections.http import HttpConnection
from harness.load.engine.connections.lane import Lane, Owner
from harness.wire.responses import HEAD_END, Response

MOST_KEPT: Final = 64 * 1024
"""Bytes of a stream that is remembered: a script holds one for each request."""


class EventsConnection(HttpConnection):
    """Asks for streams, one at a time. `_at`: how much of the stream that is known has come."""

    __slots__ = ("_at", "_begun", "_came", "_head")

    def __init__(self, lane: Lane, drive: Owner) -> None:
        super().__init__(lane, drive)
        self._came = bytearray()
        self._head, self._at, self._begun = b"", 0, False

    def ask(self, now: float) -> None:
        """Send the exchange's request."""
        self._came.clear()
        self._head, self._at, self._begun = b"", 0, False
        super().ask(now)

    def _take(self, data: bytes) -> None:
        if not self._came and self._is_known_from(data):
            end = data.find(b"\r\n\r\n") + 4
            self._head = data[:end]
            self._watcher.callback = self._on_events
            if len(data) > end:
                self._compare(data[end:])
            return
        self._parse_on(data)

    def _is_known_from(self, data: bytes) -> bool:
        """Whether a head that was judged a moment ago begins a stream that is known."""
        exchange: Any = self.exchange
        if not exchange.tail:
            return False
        end = data.find(b"\r\n\r\n") + 4
        head = self._lane.known(data[:end]) if end >= 4 else None
        return head is not None and exchange.judge.knows(head, clock())

    def _on_events(self) -> None:
        """The state of a connection of which everything has been right so far."""
        try:
            data = self._recv(READ_SIZE)
        except OSError as error:
            self._broken(error)
            return
        if data:
            self._compare(data)
        else:
            self._differs(data)

    def _compare(self, data: bytes) -> None:
        exchange: Any = self.exchange
        tail, at = exchange.tail, self._at
        if not tail.startswith(data, at):
            self._differs(data)
            return
        if not at:
            self._begun = True
            self.drive.began(self, clock())
        at = self._at = at + len(data)
        if at == len(tail):
            self._watcher.callback = self._on_idle
            self._answered(len(self._head) + at, exchange.tail_body_size, None, clock())

    def _differs(self, data: bytes) -> None:
        """Judge in full what has come so far, and all that follows."""
        before = self._head + self.exchange.tail[: self._at]  # type: ignore[union-attr]
        self._parse_on(before)
        if self.busy and self._socket is not None:
            self._parse_on(data)

    def _parse_on(self, data: bytes) -> None:
        self._came += data
        if not self._begun:
            end = HEAD_END.search(self._came)
            if end is not None and len(self._came) > end.end():
                self._begun = True
                self.drive.began(self, clock())
        super()._take(data)

    def _judge(self, response: Response, data: bytes) -> None:  # noqa: ARG002 - all that has come, not the last piece
        super()._judge(response, bytes(self._came))

    def _remember(self, data: bytes, response: Response) -> None:
        exchange: Any = self.exchange
        if len(data) <= MOST_KEPT:
            exchange.tail, exchange.tail_body_size = data[response.head.size :], len(response.body)
