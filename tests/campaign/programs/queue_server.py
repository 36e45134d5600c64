"""One queue with known service times: a request is answered when those before it are and its own time is over.

`python queue_server.py PORT TIMES [--in-waves] [--cold-for S] [--slow-after N] [--die-after N] [--fail]`: TIMES are
milliseconds, taken in turn, such as 2,2,2,20; they are doubled until S seconds after the first request; after N
requests they double, or the process ends; with --fail every answer is a 500; with --in-waves a time is that of all
requests that came before it was over, and they are answered at the same moment.
"""

import argparse
import asyncio
import itertools
import os

HEAD = b"HTTP/1.1 %s\r\nServer: queue\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"


class Queue:
    """When the server is free again; what it works with is time itself, so that no machine is too slow for it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.times_s = itertools.cycle([float(part) / 1000 for part in options.times.split(",")])
        self.free = 0.0
        self.requests = 0
        self.warm_at: float | None = None
        self.response = HEAD % (b"500 Broken" if options.fail else b"200 OK")

    def answered_at(self, now: float) -> float:
        self.requests += 1
        if self.requests > self.options.die_after:
            os._exit(7)
        self.warm_at = self.warm_at or now + self.options.cold_for
        slower = 2 if self.requests > self.options.slow_after or now < self.warm_at else 1
        if now >= self.free or not self.options.in_waves:
            self.free = max(now, self.free) + next(self.times_s) * slower
        return self.free


class Peer(asyncio.Protocol):
    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(data.count(b"\r\n\r\n")):
            loop.call_at(self.queue.answered_at(loop.time()), self.transport.write, self.queue.response)


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("times")
    parser.add_argument("--in-waves", action="store_true")
    parser.add_argument("--cold-for", type=float, default=0.0)
    parser.add_argument("--slow-after", type=int, default=10**9)
    parser.add_argument("--die-after", type=int, default=10**9)
    parser.add_argument("--fail", action="store_true")
    options = parser.parse_args()
    queue = Queue(options)
    server = await asyncio.get_running_loop().create_server(lambda: Peer(queue), "127.0.0.1", options.port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
