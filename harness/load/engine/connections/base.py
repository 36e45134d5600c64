"""One connection to one target: opened, asked, closed, on libev watchers over a raw socket, whatever is said on it.

The callback that is installed on the watcher is the connection's state. `_on_reply`, the state in which load runs, is
as tight as Python allows: a response equal byte for byte to the last one that was judged in full needs no parsing.
"""

import errno
import socket
from abc import ABC, abstractmethod
from time import perf_counter as clock
from typing import TYPE_CHECKING, Any, Final

from gevent.monkey import get_original

from harness.load.engine.connections.lane import Lane, Owner
from harness.load.engine.judging import Fault
from harness.model.measured.load import ErrorKind

if TYPE_CHECKING:
    from harness.load.engine.script import Exchange

RawSocket = get_original("socket", "socket")
"""The socket class as it was before gevent made it cooperative: callbacks must never block."""

READ, WRITE = 1, 2  # libev's flags
READ_SIZE: Final = 65_536


class Connection(ABC):
    """A client's connection. `drive` is informed of what happens; `asked_at` and `due` are seconds of `clock`."""

    __slots__ = (
        "_lane",
        "_ready",
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
        self._unsent: memoryview | None = None
        self._was_open = self._tried = self._ready = False
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
        return self._socket is not None and not self._ready

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
        if not self._ready:
            if self._socket is None:
                self.open()
            return
        self._watcher.callback = self._on_reply
        self._transmit()

    def close(self) -> None:
        """Let go of the socket, whatever its state."""
        self.busy = self._ready = False
        self._unsent = None
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
        self._greet()

    def _greet(self) -> None:
        """What comes before the first request: nothing."""
        self._usable()

    def _usable(self) -> None:
        """Requests may be sent from now on."""
        self._was_open = self._ready = True
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

    @abstractmethod
    def _take(self, data: bytes) -> None:
        """Go on with the answer in hand; the empty `data` is the end of the connection."""

    def _on_idle(self) -> None:
        """Nothing is expected: the server closes, or talks out of turn. Either way the connection is done with."""
        try:
            self._recv(READ_SIZE)
        except BlockingIOError:
            return
        except OSError:
            pass  # a reset while idle: lost as well
        self.close()

    def _answered(self, size: int, body_size: int, fault: Fault | None, now: float) -> None:
        self.busy = False
        exchange: Any = self.exchange
        self.exchange = exchange.next
        if exchange.timed or fault is not None:
            self.drive.answered(self, size, body_size, fault, now)
        else:
            self.drive.beside(self)

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
