"""A responder that does nothing but answer: `python -m harness.load.null_responder PORTS COUNT`.

It listens on COUNT ports of loopback, writes them to the file PORTS, one a line, and answers every request with the
same bytes. What the generator does against it is about what the generator can do.
"""

import contextlib
import resource
import selectors
import socket
import sys
from pathlib import Path
from typing import Final

BODY: Final = b"Hello, World!"
RESPONSE: Final = b"HTTP/1.1 200 OK\r\nServer: null\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def main(ports: Path, count: int) -> None:
    """Serve until terminated."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    selector = selectors.DefaultSelector()
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=4096) for _ in range(count)]
    for listener in listeners:
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
    written = ports.with_suffix(".part")
    written.write_text("".join(f"{listener.getsockname()[1]}\n" for listener in listeners))
    written.rename(ports)
    serve(selector, set(listeners))


def serve(selector: selectors.BaseSelector, listeners: set[socket.socket]) -> None:
    while True:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            if key.fileobj in listeners:
                accept(selector, key.fileobj)
            elif not answered(key.fileobj):
                selector.unregister(key.fileobj)
                key.fileobj.close()


def accept(selector: selectors.BaseSelector, listener: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            connected, _ = listener.accept()
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connected, selectors.EVENT_READ)


def answered(connected: socket.socket) -> bool:
    """Answer what has come; False when the client is gone."""
    try:
        requests = connected.recv(65_536).count(b"\r\n\r\n")
        if requests:
            connected.sendall(RESPONSE * requests)
    except OSError:
        return False
    return bool(requests)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
