"""The upstream: `python -m harness.under_test.services.upstream_server PORT`, with its secret in the variable SECRET.

It listens on a free port of loopback and writes it to the file PORT. `GET /CELL/KEY` is answered after DELAY_S, over a
kept connection, with a number that only the holder of the secret can tell. `GET /SECRET` says at once how often each
cell asked.

One thread, and no timers: each answer waits equally long, so those that are due stand in a line in which the first to
come is the first to go.
"""

import contextlib
import hashlib
import json
import os
import resource
import select
import selectors
import socket
import sys
from collections import Counter, deque
from pathlib import Path
from time import monotonic as clock
from typing import Final

DELAY_S: Final = 0.05
"""From the moment a request was read until its answer is sent."""

SECRET: Final = "HARNESS_UPSTREAM_SECRET"  # noqa: S105 - the name of the variable that holds it

MOST_REQUEST: Final = 16_384
"""Bytes of a request's head. A client that sends more without an end is let go."""

MOST_CELLS: Final = 4096
"""Names that are counted. A block has at most 8 cells; a program that asks under thousands of names is not ours."""

HEAD: Final = b"HTTP/1.1 %s\r\nServer: upstream\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
NOT_FOUND: Final = HEAD % (b"404 Not Found", 0)
NEVER: Final = 3600.0


def value_of(secret: str, key: str) -> int:
    """The number that belongs to a key: the first 6 bytes of BLAKE2b keyed with the secret (RFC 7693)."""
    return int.from_bytes(hashlib.blake2b(key.encode(), key=secret.encode(), digest_size=6).digest())


class Client:
    """A connection, and what it has sent of a request that is not complete."""

    __slots__ = ("is_open", "rest", "socket")

    def __init__(self, connected: socket.socket) -> None:
        self.socket, self.rest, self.is_open = connected, b"", True


class Upstream:
    """Everything behind one listening socket."""

    def __init__(self, listener: socket.socket, secret: str) -> None:
        self._listener, self._secret = listener, secret
        self._selector = selectors.DefaultSelector()
        self._due: deque[tuple[float, Client, bytes]] = deque()
        self._asked = Counter[str]()
        listener.setblocking(False)
        self._selector.register(listener, selectors.EVENT_READ)

    def serve(self) -> None:
        """Until the process ends."""
        descriptor = self._selector.fileno()
        while True:
            wait_s = max(0.0, self._due[0][0] - clock()) if self._due else NEVER
            # Of the selector itself the timeout is rounded up to a millisecond: answers would be late by half of it.
            select.select([descriptor], [], [], wait_s)
            self._send_due()
            for key, _ in self._selector.select(0):
                if key.data is None:
                    self._accept()
                else:
                    self._read(key.data)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connected, _ = self._listener.accept()
                connected.setblocking(False)
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._selector.register(connected, selectors.EVENT_READ, Client(connected))

    def _read(self, client: Client) -> None:
        try:
            data = client.socket.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *requests, client.rest = (client.rest + data).split(b"\r\n\r\n")
        if not data or len(client.rest) > MOST_REQUEST:
            self._let_go(client)
            return
        for request in requests:
            self._take(client, request)

    def _take(self, client: Client, request: bytes) -> None:
        path = request.partition(b" HTTP/")[0].removeprefix(b"GET /").decode("latin-1")
        cell, is_asked, key = path.partition("/")
        if is_asked and (cell in self._asked or len(self._asked) < MOST_CELLS):
            self._asked[cell] += 1
            body = b'{"key":%s,"value":%d}' % (json.dumps(key).encode(), value_of(self._secret, key))
            self._due.append((clock() + DELAY_S, client, answer(body)))
        else:
            self._send(client, answer(json.dumps(self._asked).encode()) if path == self._secret else NOT_FOUND)

    def _send_due(self) -> None:
        now = clock()
        while self._due and self._due[0][0] <= now:
            _, client, response = self._due.popleft()
            if client.is_open:
                self._send(client, response)

    def _send(self, client: Client, response: bytes) -> None:
        """A client that leaves so many answers unread that its socket is full is let go."""
        try:
            sent = client.socket.send(response)
        except OSError:
            sent = 0
        if sent < len(response):
            self._let_go(client)

    def _let_go(self, client: Client) -> None:
        if client.is_open:
            client.is_open = False
            self._selector.unregister(client.socket)
            client.socket.close()


def answer(body: bytes) -> bytes:
    """A whole response."""
    return HEAD % (b"200 OK", len(body)) + body


def main(port: Path) -> None:
    """Serve until terminated."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    upstream = Upstream(listener, os.environ[SECRET])
    written = port.with_suffix(".part")
    written.write_text(str(listener.getsockname()[1]))
    written.rename(port)
    upstream.serve()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
