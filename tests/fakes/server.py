"""A small HTTP/1.1 server of threads and raw sockets, and the right application that every wrong one derives from."""

import json
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate

from harness.model.dataset import worlds


class Right:
    """Answers `json`, `plaintext` and `db` as the contract says. A wrong application overrides one thing."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.asked = 0
        self.at_work = 0
        self.began = formatdate(usegmt=True)

    def serve(self, connection: socket.socket, path: str) -> bool:
        """Answer one request; whether the connection stays open."""
        with self.lock:
            self.asked += 1
            self.at_work += 1
        try:
            content_type, body = self.content(path)
            body = self.body(body)
            connection.sendall(self.message(self.status(), self.headers(content_type, body), body))
        finally:
            with self.lock:
                self.at_work -= 1
        return True

    def content(self, path: str) -> tuple[str, bytes]:
        if path == "/plaintext":
            return "text/plain; charset=utf-8", b"Hello, World!"
        value = self.row() if path == "/db" else {"message": "Hello, World!"}
        return "application/json", json.dumps(value).encode()

    def row(self) -> dict[str, object]:
        world = random.choice(worlds())
        return {"id": world.id, "randomNumber": world.random_number}

    def body(self, body: bytes) -> bytes:
        return body

    def status(self) -> str:
        return "200 OK"

    def headers(self, content_type: str, body: bytes) -> dict[str, str]:
        return {
            "Server": "fake",
            "Date": formatdate(usegmt=True),
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
        }

    def message(self, status: str, headers: dict[str, str], body: bytes) -> bytes:
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class Server:
    """Serves one application on 127.0.0.1, a thread a connection."""

    def __init__(self, application: Right, port: int = 0) -> None:
        self.application = application
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port: int = self.listener.getsockname()[1]
        self.connections: set[socket.socket] = set()
        self.threads = [threading.Thread(target=self.accept)]
        self.threads[0].start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.add(connection)
                self.threads.append(threading.Thread(target=self.converse, args=(connection,)))
                self.threads[-1].start()

    def converse(self, connection: socket.socket) -> None:
        waiting = b""
        with suppress(OSError), connection:
            while True:
                while b"\r\n\r\n" not in waiting:
                    received = connection.recv(65536)
                    if not received:
                        return
                    waiting += received
                head, _, waiting = waiting.partition(b"\r\n\r\n")
                if not self.application.serve(connection, head.split()[1].decode()):
                    return

    def stop(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.threads[0].join()
        for connection in self.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join()


@contextmanager
def serving(application: Right) -> Iterator[Server]:
    """The application, live for the length of a `with`."""
    server = Server(application)
    try:
        yield server
    finally:
        server.stop()
