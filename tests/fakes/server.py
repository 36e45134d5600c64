"""A small HTTP/1.1 server of threads and raw sockets, and the right application that every wrong one derives from."""

import html
import json
import random
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, fortunes, worlds
from tests.fakes.streams import Streams
from tests.fakes.prepared import PATHS, PreparedAnswers

if TYPE_CHECKING:  # what runs as an application of its own has the standard library and nothing else
    from harness.under_test.services import Namespace

Row = dict[str, object]


class Right(PreparedAnswers, Streams):
    """Answers every scenario as the contract says, from a table of its own. A wrong application overrides one thing."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.numbers = dict(worlds())
        self.asked = 0
        self.at_work = 0
        self.began = formatdate(usegmt=True)
        self.given = threading.local()
        """Of the request that a thread answers: `head`, `body`, and the `status` of its answer."""

    def serve(self, connection: socket.socket, path: str) -> bool:
        """Answer one request; whether the connection stays open."""
        with self.lock:
            self.asked += 1
            self.at_work += 1
        try:
            if path.startswith("/stream"):
                self.given.status = "200 OK"
                headers = self.headers("text/event-stream", b"")
                del headers["Content-Length"]
                self.stream(connection, path, self.message(self.status(), headers, b"")[:-2])
                return True
            content_type, body = self.content(path)
            body = self.body(body)
            status = self.status() if self.is_known(path) else "404 Not Found"
            connection.sendall(self.message(status, self.headers(content_type, body), body))
        finally:
            with self.lock:
                self.at_work -= 1
        return True

    @property
    def tables(self) -> "Namespace":
        """The table as the verifier reaches it, past the application."""
        from harness.under_test.services import Namespace

        return Namespace("", lambda: dict(self.numbers), lambda: self.numbers.update(worlds()))

    def content(self, path: str) -> tuple[str, bytes]:
        asked = urlsplit(path)
        self.given.status = "200 OK"
        if asked.path in PATHS:
            self.given.status, value = self.prepared(asked.path, self.given.head, self.given.body)
            return "application/json", json.dumps(value).encode()
        if asked.path == "/plaintext":
            return "text/plain; charset=utf-8", b"Hello, World!"
        if asked.path.startswith(("/middleware/", "/routes/")):
            return "text/plain; charset=utf-8", self.layered(asked.path).encode()
        if asked.path == "/fortunes":
            return "text/html; charset=utf-8", self.page(self.fortunes()).encode()
        return "application/json", json.dumps(self.value(asked.path, parse_qs(asked.query))).encode()

    def is_known(self, path: str) -> bool:
        """Whether there is such a path; of those that count middlewares and routes some are none."""
        _, first, *rest = path.split("/")
        if first == "middleware":
            return rest in (["0"], ["1"], ["4"], ["16"])
        if first == "routes":
            n, k, items, _ = rest
            return items == "items" and n in ("10", "100", "1000") and 1 <= int(k) <= int(n)
        return True

    def layered(self, path: str) -> str:
        """The middlewares passed, or the route's number and the item's name."""
        if path.startswith("/middleware/"):
            return self.passed(path.rpartition("/")[2])
        _, _, _, k, _, name = path.split("/")
        return self.item(k, name)

    def passed(self, n: str) -> str:
        return n

    def item(self, k: str, name: str) -> str:
        return f"{k} {name}"

    def value(self, path: str, query: dict[str, list[str]]) -> object:
        """What is answered as JSON."""
        if path == "/json":
            return {"message": "Hello, World!"}
        if path == "/db":
            return self.row()
        if path == "/wait":
            return {"key": query["key"][0], "value": 0}
        if path == "/mixed":
            return self.computed(int(query["work"][0]), int(query["seed"][0]))
        texts = query.get("count" if path == "/cached-worlds" else "queries", [None])
        n = self.row_count(texts[0])
        return self.updated(n) if path == "/updates" else self.rows(n)

    def computed(self, work: int, seed: int) -> dict[str, int]:
        result = seed
        for _ in range(work):
            result = (6364136223846793005 * result + 1442695040888963407) % 2**64
        return {"seed": seed, "result": result}

    def row_count(self, text: str | None) -> int:
        try:
            return min(max(int(text or ""), 1), 500)
        except ValueError:
            return 1

    def row(self) -> Row:
        return self.told(random.choice(worlds()).id)

    def rows(self, n: int) -> list[Row]:
        return [self.row() for _ in range(n)]

    def told(self, row: int) -> Row:
        return {"id": row, "randomNumber": self.numbers[row]}

    def updated(self, n: int) -> list[Row]:
        """Rows with new numbers, as they are told."""
        return [self.renumbered(world.id) for world in random.sample(worlds(), n)]

    def renumbered(self, row: int) -> Row:
        self.numbers[row] = random.randint(1, 10_000)
        return self.told(row)

    def fortunes(self) -> list[Fortune]:
        return sorted((*fortunes(), Fortune(0, ADDED_FORTUNE)), key=lambda fortune: fortune.message)

    def page(self, told: Sequence[Fortune]) -> str:
        rows = "".join(self.table_row(fortune) for fortune in told)
        header = "<tr><th>id</th><th>message</th></tr>"
        head = "<!DOCTYPE html><html><head><title>Fortunes</title></head>"
        return f"{head}<body><table>{header}{rows}</table></body></html>"

    def table_row(self, fortune: Fortune) -> str:
        return f"<tr><td>{fortune.id}</td><td>{self.escaped(fortune.message)}</td></tr>"

    def escaped(self, message: str) -> str:
        return html.escape(message)

    def body(self, body: bytes) -> bytes:
        return body

    def status(self) -> str:
        return str(getattr(self.given, "status", "200 OK"))

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
                if head.split()[1] == b"/websocket":
                    with self.application.lock:
                        self.application.asked += 1
                    self.application.echo(connection, head + b"\r\n\r\n" + waiting)
                    return
                length = next((int(f[15:]) for f in head.split(b"\r\n") if f.lower()[:15] == b"content-length:"), 0)
                while len(waiting) < length:
                    if not (received := connection.recv(1_048_576)):
                        return
                    waiting += received
                self.application.given.head, self.application.given.body = head, waiting[:length]
                waiting = waiting[length:]
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
