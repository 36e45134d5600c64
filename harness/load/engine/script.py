"""What is asked of one target in one slice: a ring of prepared requests, each with the way to judge its response."""

import random

from harness.load.engine.judging import Judge
from harness.load.engine.lore import Lore
from harness.model.asked.scenario import Level, Request
from harness.model.measured.load import LoadScenario, Target
from harness.wire.requests import asks_to_close, in_turn, prepared


class Exchange:
    """A prepared request and the response last seen to be right, byte for byte. `next` follows it in the ring.

    `bodyless`: the answer has no body, whatever it says (HEAD). `closes`: the connection ends with the answer. `timed`:
    whether a right answer counts among the scenario's.
    """

    __slots__ = (
        "bodyless",
        "closes",
        "judge",
        "last",
        "last_body_size",
        "last_size",
        "next",
        "request",
        "request_size",
        "timed",
    )

    def __init__(self, request: bytes, judge: Judge, *, bodyless: bool, closes: bool, timed: bool = True) -> None:
        self.request, self.request_size = request, len(request)
        self.judge, self.bodyless, self.closes, self.timed = judge, bodyless, closes, timed
        self.forget()
        self.last_size = self.last_body_size = 0
        self.next: Exchange = self

    def remember(self, response: bytes, body_size: int) -> None:
        """`response` was judged right; the same bytes again need no judging, for a while."""
        self.last, self.last_size, self.last_body_size = response, len(response), body_size

    def forget(self) -> None:
        """Judge the next response anew: what was right may be out of date."""
        self.last = b"\0"  # equal to no response, not even to the empty end of a connection


class Script:
    """A scenario at a level, for one target: its requests are asked in turn by every connection."""

    def __init__(self, target: Target, scenario: LoadScenario, level: Level) -> None:
        self.lore = Lore(together=scenario.together)
        judges = [Judge(target, scenario, request, self.lore) for request in scenario.requests]
        order = in_turn([request.weight for request in scenario.requests])
        self.exchanges = [_exchange(scenario.requests[place], judges[place], target, level) for place in order]
        for exchange, following in zip(self.exchanges, [*self.exchanges[1:], *self.exchanges[:1]], strict=True):
            exchange.next = following

    def starts(self, connections: int) -> list[Exchange]:
        """With which exchange each connection begins a slice: the first ones, or, where there are more exchanges than
        connections, some spread evenly over all of them from a random one on. A short slice asks a part of them, and
        any other slice another part."""
        ring = len(self.exchanges)
        if ring <= connections:
            return [self.exchanges[place % ring] for place in range(connections)]
        first = random.randrange(ring)
        return [self.exchanges[(first + place * ring // connections) % ring] for place in range(connections)]

    def begin(self) -> None:
        """A slice begins."""
        self.lore.begin()
        self.forget()

    def forget(self) -> None:
        """Judge the next response to each request anew."""
        for exchange in self.exchanges:
            exchange.forget()


def _exchange(request: Request, judge: Judge, target: Target, level: Level) -> Exchange:
    closes = asks_to_close(request, target)
    bodyless = request.method == "HEAD"
    return Exchange(prepared(request, target, level), judge, bodyless=bodyless, closes=closes, timed=request.timed)
