"""A reader that does nothing with what it reads: `python null_reader.py PORT_FILE`.

It takes requests of any length, throws their bodies away without copying them out of the kernel (MSG_TRUNC, tcp(7)),
and answers each with the same bytes. What the generator does against it is about what the generator can send.
"""

import re
import selectors
import socket
import sys
from pathlib import Path
from typing import Final

BODY: Final = b"Hello, World!"
RESPONSE: Final = b"HTTP/1.1 200 OK\r\nServer: null\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n" + BODY
LENGTH: Final = re.compile(rb"\r\ncontent-length: *([0-9]+)", re.IGNORECASE)
NOWHERE: Final = bytearray(1_048_576)
"""What is read is not copied here, but has to have a place."""


class Reader:
    """A connection, and how many bytes of its request's body are still to come."""

    def __init__(self, connected: socket.socket) -> None:
        self.connected, self.left = connected, 0

    def read(self) -> bool:
        """Read what has come, and answer a request that is complete. Returns False when the client is gone."""
        if self.left:
            came = self.connected.recv_into(NOWHERE, min(self.left, len(NOWHERE)), socket.MSG_TRUNC)
            self.left -= came
        else:
            data = self.connected.recv(65_536)
            came, head = len(data), data.partition(b"\r\n\r\n")[0]
            found = LENGTH.search(head)
            self.left = len(head) + 4 + (int(found[1]) if found else 0) - len(data)
        if came and not self.left:
            self.connected.sendall(RESPONSE)
        return came > 0


def main(port: Path) -> None:
    """Serve until terminated."""
    with selectors.DefaultSelector() as selector, socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        selector.register(listener, selectors.EVENT_READ)
        written = port.with_suffix(".part")
        written.write_text(str(listener.getsockname()[1]))
        written.rename(port)
        while True:
            for key, _ in selector.select():
                if key.data is None:
                    connected, _ = listener.accept()
                    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(connected, selectors.EVENT_READ, Reader(connected))
                elif not key.data.read():
                    selector.unregister(key.data.connected)
                    key.data.connected.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
