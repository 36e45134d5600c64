"""An independent load generator: a closed loop on epoll that never sleeps. Nothing of the harness is in it.

    python client.py ADDRESS CONNECTIONS BURN_IN LENGTH < REQUEST

ADDRESS is HOST:PORT, or the path of a Unix socket. All responses must have the length of the first. Prints how many
came between BURN_IN and LENGTH seconds, how many in all, and over how many seconds the first number was counted.
"""

import re
import select
import socket
import sys
import time

LAST_CHUNK = b"0\r\n\r\n"
PATIENCE_S = 5.0
"""How long a response may take where one is waited for."""


def connected(address: str) -> socket.socket:
    if "/" in address:
        found = socket.socket(socket.AF_UNIX)
        found.connect(address)
    else:
        host, _, port = address.rpartition(":")
        found = socket.create_connection((host, int(port)))
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def size_of_a_response(first: socket.socket, request: bytes) -> int:
    """In bytes, head included."""
    first.sendall(request)
    response = b""
    while b"\r\n\r\n" not in response:
        response += received(first)
    head, _, body = response.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit(f"not a response with 200: {head[:200]!r}")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    while not (len(body) >= int(length[1]) if length else body.endswith(LAST_CHUNK)):
        body += received(first)
    return len(head) + 4 + len(body)


def received(connection: socket.socket) -> bytes:
    return connection.recv(1 << 16) or sys.exit("the server closed a connection")


def drive(
    connections: list[socket.socket], request: bytes, burn_in_s: float, length_s: float
) -> tuple[int, int, float]:
    """Answers that count, all of them, and the seconds of the first. At the end no request is left unanswered."""
    size = size_of_a_response(connections[0], request)
    poll, by_number = select.epoll(), {each.fileno(): each for each in connections}
    missing = dict.fromkeys(by_number, size)
    for number, each in by_number.items():
        poll.register(number, select.EPOLLIN)
        each.sendall(request)
    now = begun = time.monotonic()
    counted, every, since = 0, 1, None
    while now < begun + length_s:
        if since is None and now >= begun + burn_in_s:
            since = now
        for number, _ in poll.poll(0):
            missing[number] -= len(received(by_number[number]))
            if missing[number] <= 0:
                missing[number] = size
                by_number[number].sendall(request)
                every += 1
                counted += since is not None
        now = time.monotonic()
    for number, each in by_number.items():
        while missing[number] > 0:
            missing[number] -= len(received(each))
    return counted, every + len(connections), now - (since or now)


if __name__ == "__main__":
    opened = [connected(sys.argv[1]) for _ in range(int(sys.argv[2]))]
    for connection in opened:
        connection.settimeout(PATIENCE_S)
    print(*drive(opened, sys.stdin.buffer.read(), float(sys.argv[3]), float(sys.argv[4])))
