"""Answers 88 % of requests at once, 9 % after 5 ms, 3 % after 20 ms, and knows exactly how long it took each time.

`python known_server.py LOG` prints its port; SIGTERM writes the service times, in seconds, one a line, and ends.
"""

import asyncio
import itertools
import signal
import sys
import time
from pathlib import Path

RESPONSE = b"HTTP/1.1 200 OK\r\nServer: known\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"
DELAYS_S = [0.0] * 88 + [0.005] * 9 + [0.02] * 3
ORDER = itertools.cycle([DELAYS_S[place * 37 % 100] for place in range(100)])  # 37: spread evenly, each place once
TIMES_S: list[float] = []


class Known(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        began = time.perf_counter()
        for _ in range(data.count(b"\r\n\r\n")):
            delay_s = next(ORDER)
            if delay_s:
                asyncio.get_running_loop().call_later(delay_s, self.answer, began)
            else:
                self.answer(began)

    def answer(self, began: float) -> None:
        self.transport.write(RESPONSE)
        TIMES_S.append(time.perf_counter() - began)


async def main(log: Path) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(Known, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await ended.wait()
    log.write_text("\n".join(map(repr, TIMES_S)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
