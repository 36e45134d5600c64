"""One connection to one target: opened, asked, read, closed, on libev watchers over a raw socket.

The callback that is installed on the watcher is the connection's state. `_on_reply`, the state in which load runs, is
as tight as Python allows: a response equal byte for byte to the last one that was judged in full needs no parsing.
"""

import errno
import socket
from collections.abc import Callable
from time import perf_counter as clock
from typing import TYPE_CHECKING, Any, Final

from gevent.monkey import get_original

from harness.load.engine.judging import Fault
from harness.model.measured.load import ErrorKind, Target
from harness.wire.responses import HEAD_END, ClosedEarly, Head, Malformed, Response, ResponseParser, parse_head

if TYPE_CHECKING:
    from harness.load.engine.script import Exchange

RawSocket = get_original("socket", "socket")
"""The socket class as it was before gevent made it cooperative: callbacks must never block."""

READ, WRITE = 1, 2  # libev's flags
READ_SIZE: Final = 65_536
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

    def failed(self, connection: "Connection", kind: ErrorKind, why: str) -> None:
        """No complete response, or no connection; the socket is closed."""


class Connection:
    """A client's connection. `drive` is informed of what happens; `asked_at` and `due` are seconds of `clock`."""

    __slots__ = (
        "_lane",
        "_parser",
        "_recv",
        "_send",
        "_socket",
        "_tried",
        "_unsent",
        "_was_open",
        "_watcher",
        "_writer",
        "asked_at",
        "busy",
        "drive",
        "due",
        "exchange",
    )

    def __init__(self, lane: Lane, drive: Owner) -> None:
        self._lane = lane
        self._socket: Any = None
        self._recv: Any = None
        self._send: Any = None
        self._watcher: Any = None
        self._writer: Any = None
        self._parser: ResponseParser | None = None
        self._unsent: memoryview | None = None
        self._was_open = self._tried = False
        self.drive = drive
        self.exchange: Exchange | None = None
        self.busy = False
        self.asked_at = self.due = 0.0

    @property
    def is_new(self) -> bool:
        """Whether nobody has tried to open it."""
        return not self._tried

    @property
    def is_connecting(self) -> bool:
        return self._socket is not None and self._watcher is None

    def open(self) -> None:
        """Begin to connect; `drive.failed` follows where it cannot be done, perhaps at once."""
        lane, self._tried = self._lane, True
        if self._was_open and lane.keeps_alive:
            self.drive.reconnects += 1
        try:
            sock = self._socket = RawSocket(lane.family, socket.SOCK_STREAM)
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code = sock.connect_ex(lane.address)
        except OSError as error:  # no descriptor left
            code = error.errno or errno.EMFILE
        if code not in (0, errno.EINPROGRESS):
            self._fail("connect", errno.errorcode.get(code, str(code)))
            return
        self._writer = lane.loop.io(sock.fileno(), WRITE)
        self._writer.start(self._on_connected)

    def ask(self, now: float) -> None:
        """Send the exchange's request, opening the connection first where it is not; `now` is when that began."""
        self.busy = True
        self.asked_at = now
        if self._watcher is None:
            if self._socket is None:
                self.open()
            return
        self._watcher.callback = self._on_reply
        self._transmit()

    def close(self) -> None:
        """Let go of the socket, whatever its state."""
        self.busy = False
        self._parser = self._unsent = None
        for watcher in (self._watcher, self._writer):
            if watcher is not None:
                watcher.stop()
                watcher.close()
        self._watcher = self._writer = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _on_connected(self) -> None:
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail("connect", errno.errorcode.get(code, str(code)))
            return
        self._drop_writer()
        self._recv, self._send = self._socket.recv, self._socket.send
        self._watcher = self._lane.loop.io(self._socket.fileno(), READ)
        self._watcher.start(self._on_idle)
        self._was_open = True
        if self.busy:
            self._watcher.callback = self._on_reply
            self._transmit()

    def _on_reply(self) -> None:
        """The state of a connection that waits for a response of which nothing has come yet."""
        try:
            data = self._recv(READ_SIZE)
        except OSError as error:
            self._broken(error)
            return
        exchange: Any = self.exchange
        if data == exchange.last:
            drive = self.drive
            now = clock()
            if drive.streaming:
                drive.record(now - self.asked_at)
                drive.bytes_received += exchange.last_size
                drive.body_bytes += exchange.last_body_size
                self.exchange = exchange = exchange.next
                self.asked_at = now
                try:
                    sent = self._send(exchange.request)
                except OSError as error:
                    self._not_sent(error)
                    return
                if sent != exchange.request_size:
                    self._send_later(sent)
                return
            self._watcher.callback = self._on_idle
            self._answered(exchange.last_size, exchange.last_body_size, None, now)
            return
        self._take(data)

    def _on_more(self) -> None:
        """The state of a connection that has part of a response."""
        try:
            data = self._recv(READ_SIZE)
        except OSError as error:
            self._broken(error)
            return
        self._take(data)

    def _on_idle(self) -> None:
        """Nothing is expected: the server closes, or talks out of turn. Either way the connection is done with."""
        try:
            self._recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            pass  # a reset while idle: lost as well
        self.close()

    def _take(self, data: bytes) -> None:
        """Go on with the response in hand; the empty `data` is the end of the connection."""
        try:
            response = self._parse(data)
        except Malformed as fault:
            self._fail("protocol", str(fault))
            return
        except ClosedEarly as fault:
            self._fail("closed-early", str(fault))
            return
        if response is None:
            self._watcher.callback = self._on_more
            return
        self._judge(response, data)

    def _parse(self, data: bytes) -> Response | None:
        parser = self._parser
        if parser is None:
            bodyless = self.exchange.bodyless  # type: ignore[union-attr]
            response = self._lane.whole(data, bodyless)
            if response is not None:
                return response
            parser = self._parser = ResponseParser(bodyless=bodyless, parse=self._lane.head)
        return parser.feed(data) if data else parser.end()

    def _judge(self, response: Response, data: bytes) -> None:
        exchange: Any = self.exchange
        now = clock()
        closes = response.head.close or exchange.closes
        fault, exact = exchange.judge.verdict(response, now - self.asked_at, now)
        if fault is None and not exchange.audited:
            self.drive.unaudited += 1
        elif exact and response.size == len(data) and not closes:
            exchange.remember(data, len(response.body))
        self._parser = None
        if closes or self._unsent is not None:
            self.close()
            self._was_open = not exchange.closes  # a connection that ends as it was asked to is not lost
        else:
            self._watcher.callback = self._on_idle
        self._answered(response.size, len(response.body), fault, now)

    def _answered(self, size: int, body_size: int, fault: Fault | None, now: float) -> None:
        self.busy = False
        self.exchange = self.exchange.next  # type: ignore[union-attr]
        self.drive.answered(self, size, body_size, fault, now)

    def _transmit(self) -> None:
        """Send the request; what the socket does not take at once follows when it can."""
        exchange: Any = self.exchange
        try:
            if exchange.body is None:
                sent = self._send(exchange.request)
            else:
                sent = self._socket.sendmsg((exchange.request, exchange.body))
        except OSError as error:
            self._not_sent(error)
            return
        if sent != exchange.request_size:
            self._send_later(sent)

    def _not_sent(self, error: OSError) -> None:
        if isinstance(error, BlockingIOError):
            self._send_later(0)
        else:
            self._broken(error)

    def _send_later(self, sent: int) -> None:
        """The rest of a request that is longer than the socket's buffer; an answer may come before all of it is out."""
        self._unsent = unsent(self.exchange, sent)  # type: ignore[arg-type]
        self._watcher.callback = self._on_more
        self._writer = self._lane.loop.io(self._socket.fileno(), WRITE)
        self._writer.start(self._on_writable)

    def _on_writable(self) -> None:
        assert self._unsent is not None
        try:
            self._unsent = self._unsent[self._send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError as error:
            self._broken(error)
            return
        if not self._unsent:
            self._drop_writer()

    def _drop_writer(self) -> None:
        self._writer.stop()
        self._writer.close()
        self._writer = self._unsent = None

    def _broken(self, error: OSError) -> None:
        if isinstance(error, BlockingIOError):  # readiness reported without data: wait on
            return
        # EPIPE: the server's end of the stream came before; the request was never going to be read.
        self._fail("closed-early" if error.errno == errno.EPIPE else "reset", str(error))

    def _fail(self, kind: ErrorKind, why: str) -> None:
        self.close()
        self.drive.failed(self, kind, why)


def unsent(exchange: "Exchange", sent: int) -> memoryview:
    """What is left of a request of which `sent` bytes are out. A large body is not copied for it."""
    if exchange.body is None:
        return memoryview(exchange.request)[sent:]
    left = len(exchange.request) - sent
    return memoryview(exchange.body)[-left:] if left <= 0 else memoryview(exchange.request[sent:] + exchange.body)
