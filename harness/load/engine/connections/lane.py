"""What the connections to one address share, and whom they tell what happens."""

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from harness.load.engine.judging import Fault
from harness.model.measured.load import ErrorKind, Target
from harness.wire.responses import HEAD_END, Head, Response, parse_head

if TYPE_CHECKING:
    from harness.load.engine.connections.base import Connection

MAX_HEADS: Final = 512


class Lane:
    """What the connections to one address share."""

    def __init__(self, loop: Any, target: Target) -> None:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)[0]
        self.loop, self.family, self.address = loop, found[0], found[4]
        self.keeps_alive = target.keep_alive
        self._heads: dict[bool, dict[bytes, Head]] = {False: {}, True: {}}

    def head(self, raw: bytes, *, bodyless: bool) -> Head:
        """Understand a head; one seen before is not parsed again. Raises Malformed."""
        heads = self._heads[bodyless]
        head = heads.get(raw)
        if head is None:
            head = parse_head(raw, bodyless=bodyless)
            if len(heads) >= MAX_HEADS:  # Date makes new ones each second
                heads.clear()
            heads[raw] = head
        return head

    def known(self, raw: bytes) -> Head | None:
        """A head with a body that was understood before."""
        return self._heads[False].get(raw)

    def whole(self, data: bytes, bodyless: bool) -> Response | None:
        """The response, when `data` is one in full and its head tells its length; heads seen before are not parsed."""
        end = data.find(b"\r\n\r\n") + 4
        if end < 4:
            return None
        raw = data[:end]
        head = self._heads[bodyless].get(raw)
        if head is None:
            found = HEAD_END.search(raw)
            if found is None or found.end() != end:  # it ended before, at a bare LF
                return None
            head = self.head(raw, bodyless=bodyless)
        if head.length is None or head.status < 200 or end + head.length != len(data):
            return None
        return Response(head, data[end:], len(data))


class Owner:
    """Whom a connection tells what happens. This one, between slices, counts nothing.

    `unaudited`: right responses whose request the database audit does not count.
    """

    streaming = False
    """Whether to go on with the next request at once: the closed model, while its slice lasts."""

    def __init__(self) -> None:
        self.record: Callable[[float], None] = lambda _: None
        self.bytes_received = self.body_bytes = self.reconnects = self.unaudited = 0

    def answered(self, connection: "Connection", size: int, body_size: int, fault: Fault | None, now: float) -> None:
        """A complete response came, of `size` bytes; `fault` is what is wrong with it."""

    def beside(self, connection: "Connection") -> None:
        """The same for a right response to a request that is not timed."""

    def began(self, connection: "Connection", now: float) -> None:
        """The first event of a stream came."""

    def failed(self, connection: "Connection", kind: ErrorKind, why: str) -> None:
        """No complete response, or no connection; the socket is closed."""
