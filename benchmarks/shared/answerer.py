"""The least that can be done for a stream or an echo: `python answerer.py PORT_FILE`, the standard library alone.

A request is answered by all events in one piece, the same for the same seed; a message on a WebSocket by itself. What
the engine does against it is about what the engine can do.
"""

import base64
import hashlib
import json
import selectors
import socket
import sys
from pathlib import Path

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HEAD = b"HTTP/1.1 200 OK\r\nServer: null\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAMS: dict[bytes, bytes] = {}


def main(written: Path) -> None:
    """Serve until terminated."""
    selector = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    selector.register(listener, selectors.EVENT_READ, None)
    part = written.with_suffix(".part")
    part.write_text(str(listener.getsockname()[1]))
    part.rename(written)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                connected, _ = listener.accept()
                connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                selector.register(connected, selectors.EVENT_READ, [False])
            elif not answered(key.fileobj, key.data):
                selector.unregister(key.fileobj)
                key.fileobj.close()


def answered(connected: socket.socket, upgraded: list[bool]) -> bool:
    """Answer what has come, which is always whole: the engine has one request or message under way."""
    try:
        data = connected.recv(65_536)
        if upgraded[0]:
            connected.sendall(echo(data))
        elif b"Sec-WebSocket-Key: " in data:
            upgraded[0] = True
            key = data.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
            connected.sendall(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
        elif data:
            connected.sendall(stream(data.partition(b"seed=")[2].partition(b" ")[0]))
    except OSError:
        return False
    return bool(data)


def echo(data: bytes) -> bytes:
    """A short frame, unmasked."""
    size = data[1] & 0x7F
    mask = int.from_bytes(data[2:6] * (size // 4 + 1), "big") >> 8 * (4 * (size // 4 + 1) - size)
    payload = (int.from_bytes(data[6 : 6 + size], "big") ^ mask).to_bytes(size, "big")
    return data[:1] + bytes((size,)) + payload


def stream(seed: bytes) -> bytes:
    if seed not in STREAMS:
        events = [
            b"id: %d\ndata: %s\n\n"
            % (k, json.dumps({"number": k, "value": (int(seed) + k) * 2654435761 % 2**32}).encode())
            for k in range(100)
        ]
        STREAMS[seed] = HEAD + b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in events) + b"0\r\n\r\n"
    return STREAMS[seed]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
