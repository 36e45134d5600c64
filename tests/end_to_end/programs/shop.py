"""A server of the standard library, `shop.py PORT HOW`: right, or wrong in one of the ways of tests/fakes or below."""

import os
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.fakes import wrong
from tests.fakes.server import Right, Server

ENOUGH = 1500
"""Requests: more than a verification asks, fewer than a warm-up."""


class DiesInTheMiddle(Right):
    def body(self, body: bytes) -> bytes:
        if self.asked > ENOUGH:
            sys.stdout.write("the till is out of paper\n")
            sys.stdout.flush()
            os._exit(7)
        return body


class WrongLater(Right):
    """Keeps the contract when it is verified, and forgets it while it is measured."""

    def body(self, body: bytes) -> bytes:
        return b'{"message":"Goodbye"}' if self.asked > ENOUGH else body


class LogsRequests(Right):
    def body(self, body: bytes) -> bytes:
        sys.stderr.write(f'127.0.0.1 - "GET /json HTTP/1.1" 200 {len(body)}\n')
        return body


class Slow(Right):
    """Its throughput is its waiting, which leaves the cores to the other tests."""

    def body(self, body: bytes) -> bytes:
        time.sleep(0.02)
        return body


class OpensAPortLater(Right):
    """Listens on all interfaces, once it is measured."""

    def body(self, body: bytes) -> bytes:
        if self.asked == ENOUGH:
            self.door = socket.create_server(("0.0.0.0", 0))
        return body


def become_a_daemon() -> None:
    """The program stays; its grandchild, in a session of its own, serves, and has a child that only waits."""
    if os.fork():
        time.sleep(600)
    os.setsid()
    if os.fork():
        os._exit(0)
    if not os.fork():
        os.setsid()
        time.sleep(600)


def turn_about() -> None:
    """Some of a core, all the time."""
    while True:
        sum(range(50_000))
        time.sleep(0.01)


def main(port: int, how: str) -> None:
    if how == "dies-on-start":
        sys.stdout.write("opening the shop\n")
        sys.exit("SHOP_KEY is not set")
    if how == "double-forks":
        become_a_daemon()
    if how == "restless":
        threading.Thread(target=turn_about, daemon=True).start()
    if how == "chatty":
        sys.stdout.write("".join(f"route {number} is ready\n" for number in range(500)))
        sys.stdout.flush()
    ways = {"slow": Slow, "logs": LogsRequests, "opens-a-port": OpensAPortLater}
    ways |= {"dies-in-the-middle": DiesInTheMiddle, "wrong-later": WrongLater}
    server = Server(ways.get(how, getattr(wrong, how, Right))(), port)
    server.threads[0].join()  # since Python 3.12 a program whose main thread has ended starts no others


main(int(sys.argv[1]), sys.argv[2])
