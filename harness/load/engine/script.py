"""What is asked of one target in one slice: a ring of prepared requests, each with the way to judge its response."""

from collections.abc import Sequence

from harness.load.engine.judging import Judge
from harness.load.engine.requests import prepared
from harness.model.load import LoadScenario, Target
from harness.model.scenario import Level


class Exchange:
    """A prepared request and the response last seen to be right, byte for byte. `next` follows it in the ring."""

    __slots__ = ("judge", "last", "last_body_size", "last_size", "next", "request", "request_size")

    def __init__(self, request: bytes, judge: Judge) -> None:
        self.request, self.request_size = request, len(request)
        self.judge = judge
        self.last = b"\0"  # equal to no response, not even to the empty end of a connection
        self.last_size = self.last_body_size = 0
        self.next: Exchange = self

    def remember(self, response: bytes, body_size: int) -> None:
        """`response` was judged right; the same bytes again need no judging."""
        self.last, self.last_size, self.last_body_size = response, len(response), body_size


class Script:
    """A scenario at a level, for one target: its requests are asked in turn by every connection."""

    def __init__(self, target: Target, scenario: LoadScenario, level: Level) -> None:
        self.judge = Judge(scenario)
        self.exchanges = ring([prepared(request, target, level) for request in scenario.requests], self.judge)


def ring(requests: Sequence[bytes], judge: Judge) -> list[Exchange]:
    """Exchanges linked in a circle."""
    exchanges = [Exchange(request, judge) for request in requests]
    for exchange, following in zip(exchanges, [*exchanges[1:], *exchanges[:1]], strict=True):
        exchange.next = following
    return exchanges
