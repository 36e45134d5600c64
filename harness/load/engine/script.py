"""What is asked of one target in one slice: a ring of prepared requests, each with the way to judge its response."""

from collections.abc import Hashable

from harness.load.engine.judging import Fault, Judge
from harness.load.engine.lore import Lore
from harness.model.asked.scenario import Level, Request
from harness.model.measured.load import LoadScenario, Target
from harness.wire.filling import filled
from harness.wire.frames import BINARY, TEXT, Message, frame, new_mask
from harness.wire.requests import asks_to_close, in_turn, prepared
from harness.wire.responses import Head


class Exchange:
    """A prepared request and the response last seen to be right, byte for byte. `next` follows it in the ring.

    `tail`: of a stream what follows the head, empty until one was judged right. `bodyless`: the answer has no body,
    whatever it says (HEAD). `closes`: the connection ends with the answer.
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
        "tail",
        "tail_body_size",
    )

    def __init__(self, request: bytes, judge: Judge, *, bodyless: bool, closes: bool) -> None:
        self.request, self.request_size = request, len(request)
        self.judge, self.bodyless, self.closes = judge, bodyless, closes
        self.forget()
        self.last_size = self.last_body_size = self.tail_body_size = 0
        self.tail = b""
        self.next: Exchange = self

    def remember(self, response: bytes, body_size: int) -> None:
        """`response` was judged right; the same bytes again need no judging, for a while."""
        self.last, self.last_size, self.last_body_size = response, len(response), body_size

    def forget(self) -> None:
        """Judge the next response anew: what was right may be out of date."""
        self.last = b"\0"  # equal to no response, not even to the empty end of a connection


class Echo(Exchange):
    """A message, masked, and the frame that must come back: the same bytes each time, so never out of date."""

    __slots__ = ("message",)

    def __init__(self, message: Message, judge: Judge) -> None:
        self.message = message
        super().__init__(frame(*message, new_mask()), judge, bodyless=False, closes=False)
        self.last_size, self.last_body_size = len(self.last), len(message.payload)

    def forget(self) -> None:
        """Nothing to judge anew."""
        self.last = frame(*self.message)

    def fault_of(self, came: Message) -> Fault | None:
        """What is wrong with the message that came back."""
        if came.opcode != self.message.opcode:
            return "protocol", f"the message came back with opcode {came.opcode}, not {self.message.opcode}"
        if came.payload != self.message.payload:
            return "body", f"the message came back as {came.payload[:80]!r}, not {self.message.payload[:80]!r}"
        return None


class Script:
    """A scenario at a level, for one target: its requests are asked in turn by every connection."""

    def __init__(self, target: Target, scenario: LoadScenario, level: Level) -> None:
        self.lore = Lore(together=scenario.together)
        heads: dict[Hashable, dict[Head, float]] = {}
        judges = [
            Judge(target, scenario, request, self.lore, heads.setdefault(_head_expected(request, scenario), {}))
            for request in scenario.requests
        ]
        order = in_turn([request.weight for request in scenario.requests])
        if scenario.kind == "websocket":
            self.exchanges: list[Exchange] = [
                _echo(scenario.requests[place], judges[place], target, turn) for turn, place in enumerate(order)
            ]
        else:
            self.exchanges = [_exchange(scenario.requests[place], judges[place], target, level) for place in order]
        for exchange, following in zip(self.exchanges, [*self.exchanges[1:], *self.exchanges[:1]], strict=True):
            exchange.next = following

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
    return Exchange(prepared(request, target, level), judge, bodyless=request.method == "HEAD", closes=closes)


def _echo(request: Request, judge: Judge, target: Target, turn: int) -> Exchange:
    """Text and binary messages take turns, so that an application that turns all into one of them is found out."""
    return Echo(Message(BINARY if turn % 2 else TEXT, filled(request, target.values).body.encode()), judge)


def _head_expected(request: Request, scenario: LoadScenario) -> Hashable:
    """All that a head is judged by."""
    expect = request.expected(scenario.expect)
    asked = (request.method, tuple(request.headers.items()))
    return (*asked, expect.status, expect.status_to, expect.content_type)
