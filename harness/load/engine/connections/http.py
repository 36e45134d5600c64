"""HTTP/1.1 on a connection: a response that is not the one last judged in full is parsed and judged."""

from time import perf_counter as clock
from typing import Any

from harness.load.engine.connections.base import Connection
from harness.load.engine.connections.lane import Lane, Owner
from harness.wire.responses import ClosedEarly, Malformed, Response, ResponseParser


class HttpConnection(Connection):
    """Asks requests, each answered by one response."""

    __slots__ = ("_parser",)

    def __init__(self, lane: Lane, drive: Owner) -> None:
        super().__init__(lane, drive)
        self._parser: ResponseParser | None = None

    def close(self) -> None:
        """Let go of the socket, whatever its state."""
        self._parser = None
        super().close()

    def _take(self, data: bytes) -> None:
        try:
            response = self._parse(data)
        except Malformed as fault:
            self._fail("protocol", str(fault))
            return
        except ClosedEarly as fault:
            self._fail("closed-early", str(fault))
            return
        if response is None:
            self._watcher.callback = self._on_more
            return
        self._judge(response, data)

    def _parse(self, data: bytes) -> Response | None:
        parser = self._parser
        if parser is None:
            bodyless = self.exchange.bodyless  # type: ignore[union-attr]
            response = self._lane.whole(data, bodyless)
            if response is not None:
                return response
            parser = self._parser = ResponseParser(bodyless=bodyless, parse=self._lane.head)
        return parser.feed(data) if data else parser.end()

    def _judge(self, response: Response, data: bytes) -> None:
        exchange: Any = self.exchange
        now = clock()
        closes = response.head.close or exchange.closes
        fault, exact = exchange.judge.verdict(response, now - self.asked_at, now)
        if fault is None and not exchange.audited:
            self.drive.unaudited += 1
        elif exact and exchange.timed and response.size == len(data) and not closes:
            self._remember(data, response)
        self._parser = None
        if closes or self._unsent is not None:
            self.close()
            self._was_open = not exchange.closes  # a connection that ends as it was asked to is not lost
        else:
            self._watcher.callback = self._on_idle
        self._answered(response.size, len(response.body), fault, now)

    def _remember(self, data: bytes, response: Response) -> None:
        """The response, which came as `data`, was judged right."""
        self.exchange.remember(data, len(response.body))  # type: ignore[union-attr]
