"""Servers for the load engine to meet: real sockets, each connection in a thread of its own, misbehaving on purpose."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from harness.model.asked.request import Expectation, Level, Request
from harness.model.measured.load import GENERATOR_STOPPED, LoadScenario, Slice, SliceRecord, Target

BODY = b"Hello, World!"
HEAD = b"HTTP/1.1 200 OK\r\nServer: hostile\r\nContent-Type: text/plain\r\n"
RIGHT = HEAD + b"Content-Length: 13\r\n\r\n" + BODY

Behaviour = Callable[["Peer"], None]


class Gone(Exception):
    """The client hung up."""


@dataclass
class Served:
    """A listening server; what it saw."""

    port: int
    requests: int = 0
    connections: int = 0
    bodies: list[bytes] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    open_sockets: set[socket.socket] = field(default_factory=set)

    def hang_up(self) -> None:
        """Close every connection, and see that it is."""
        for connected in list(self.open_sockets):
            with contextlib.suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)
        while self.open_sockets:
            time.sleep(0.001)

    def target(self, *, keep_alive: bool = True, cell: str = "cell") -> Target:
        return Target(cell=cell, host="127.0.0.1", port=self.port, keep_alive=keep_alive, sends_date=False)


class Peer:
    """A client's connection as the server sees it."""

    def __init__(self, connected: socket.socket, served: Served) -> None:
        self._socket, self._served, self._buffer = connected, served, b""
        self.asked = b""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def head(self) -> None:
        """Wait for the head of a request, and no more."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()

    def path(self) -> str:
        """Wait for a whole request; its path."""
        self.request()
        return self.asked.split(b" ", 2)[1].decode()

    def request(self) -> int:
        """Wait for a whole request; its number over all connections, from 1."""
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        length = next((int(f[15:]) for f in head.split(b"\r\n") if f.lower().startswith(b"content-length:")), 0)
        while len(self._buffer) < length:
            self._more()
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        with self._served.lock:
            self._served.requests += 1
            self.asked = head + b"\r\n\r\n" + body
            self._served.bodies.append(self.asked)
            return self._served.requests

    def waits_with(self, text: bytes) -> bool:
        """Whether what has come and was not taken holds the text."""
        return text in self._buffer

    def take(self, count: int) -> bytes:
        """Wait for so many bytes."""
        while len(self._buffer) < count:
            self._more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as gone:
            raise Gone from gone

    def drip(self, data: bytes, pause_s: float) -> None:
        for byte in data:
            self.send(bytes([byte]))
            time.sleep(pause_s)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        self._socket.close()

    def wait_for_the_end(self) -> None:
        """Until the client hangs up."""
        while True:
            self._more()

    def _more(self) -> None:
        try:
            data = self._socket.recv(65_536)
        except OSError as gone:
            raise Gone from gone
        if not data:
            raise Gone
        self._buffer += data


@contextlib.contextmanager
def serving(behaviour: Behaviour, host: str = "127.0.0.1") -> Iterator[Served]:
    """Serve every connection by `behaviour` until the block is left."""
    with socket.create_server((host, 0), backlog=256) as listener:
        served = Served(listener.getsockname()[1])
        acceptor = threading.Thread(target=accept, args=(listener, behaviour, served), daemon=True)
        acceptor.start()
        try:
            yield served
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)
            served.hang_up()


def accept(listener: socket.socket, behaviour: Behaviour, served: Served) -> None:
    while True:
        try:
            connected, _ = listener.accept()
        except OSError:  # shut down
            return
        with served.lock:
            served.connections += 1
        served.open_sockets.add(connected)
        threading.Thread(target=attend, args=(connected, behaviour, served), daemon=True).start()


def attend(connected: socket.socket, behaviour: Behaviour, served: Served) -> None:
    with contextlib.suppress(Gone, OSError):
        behaviour(Peer(connected, served))
    served.open_sockets.discard(connected)
    connected.close()


def head_of(peer: Peer) -> bytes:
    """Wait for a whole request; its head."""
    peer.request()
    return peer.asked


def answering(*responses: bytes) -> Behaviour:
    """Answers each request of a connection with the next of `responses`, again and again."""

    def behaviour(peer: Peer) -> None:
        while True:
            for response in responses:
                peer.request()
                peer.send(response)

    return behaviour


def scenario(
    *, body: str | None = BODY.decode(), fixed: bool = True, form: str = "text", **more: object
) -> LoadScenario:
    """Plaintext, unless told otherwise."""
    fields: dict[str, object] = {
        "id": "plaintext",
        "requests": (Request(path="/"),),
        "expect": Expectation(content_type="text/plain", form=form, body=body, fixed=fixed),  # type: ignore[arg-type]
    }
    return LoadScenario.model_validate(fields | more)


def marks_of(record: SliceRecord) -> set[str]:
    """But for what a machine that is busy with other tests does: a worker begins late, or has no core for a moment."""
    return set(record.marks) - {"late-start", GENERATOR_STOPPED}


def slice_of(length_s: float = 0.3, connections: int = 4, **more: object) -> Slice:
    fields: dict[str, object] = {
        "rotation": 0,
        "target": "cell",
        "scenario": "plaintext",
        "level": Level(connections=connections),
        "burn_in_s": 0.05,
        "length_s": length_s,
        "drain_s": 0.4,
    }
    return Slice.model_validate(fields | more)
