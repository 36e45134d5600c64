"""What is asked of one target in one slice: a ring of prepared requests, each with the way to judge its response."""

from collections.abc import Iterable, Sequence
from typing import Final

from harness.contract.pace import Pace
from harness.load.engine.judging import Fault, Heads, Judge, alike
from harness.load.engine.lore import Lore
from harness.model.asked.request import Level, Request
from harness.model.measured.load import LoadScenario, Target
from harness.wire.filling import filled
from harness.wire.frames import BINARY, TEXT, Message, frame, new_mask
from harness.wire.requests import asks_to_close, head_and_body, in_turn, spread

LARGE: Final = 16_384
"""Bytes of a body that is kept once for all targets, and sent from where it lies."""

Bodies = dict[bytes, bytes]
"""Large bodies, each of which stands for all that are equal to it."""


class Exchange:
    """A prepared request and the response last seen to be right, byte for byte. `next` follows it in the ring.

    `request`: its bytes; where `body` is not None they are followed by these, and `request_size` counts both.
    `tail`: of a stream what follows the head, empty until one was judged right. `bodyless`: the answer has no body,
    whatever it says (HEAD). `closes`: the connection ends with the answer.
    `audited`: whether the audit counts its right answers; where it does not, each is judged, and none remembered, so
    that they can be counted apart.
    `timed`: whether a right answer counts among the scenario's.
    """

    __slots__ = (
        "audited",
        "body",
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
        "timed",
    )

    def __init__(self, request: bytes, body: bytes | None, judge: Judge, asked: Request, *, closes: bool) -> None:
        self.request, self.body, self.request_size = request, body, len(request) + len(body or b"")
        self.judge, self.bodyless, self.closes = judge, asked.method == "HEAD", closes
        self.audited, self.timed = asked.audited, asked.timed
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

    def __init__(self, message: Message, judge: Judge, asked: Request) -> None:
        self.message = message
        super().__init__(frame(*message, new_mask()), None, judge, asked, closes=False)
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

    def __init__(
        self,
        target: Target,
        scenario: LoadScenario,
        level: Level,
        bodies: Bodies | None = None,
        pace: Pace | None = None,
    ) -> None:
        """`bodies`: the large ones so far, of other targets and levels too. `pace`: of all that the target answers."""
        bodies, pace = {} if bodies is None else bodies, Pace() if pace is None else pace
        self.lore = Lore(together=scenario.together)
        self._reached: Sequence[Exchange] = []
        here = scenario.model_copy(update={"expect": scenario.expect.at(level)})
        heads: dict[object, Heads] = {}
        judges = [
            Judge(target, here, request, self.lore, heads=heads.setdefault(alike(request, here), {}), pace=pace)
            for request in scenario.requests
        ]
        order = in_turn([request.weight for request in scenario.requests])
        if scenario.kind == "websocket":
            self.exchanges: list[Exchange] = [
                _echo(scenario.requests[place], judges[place], target, turn) for turn, place in enumerate(order)
            ]
        else:
            self.exchanges = [
                _exchange(scenario.requests[place], judges[place], target, level, bodies) for place in order
            ]
        for exchange, following in zip(self.exchanges, [*self.exchanges[1:], *self.exchanges[:1]], strict=True):
            exchange.next = following

    def begin(self, connections: int) -> Sequence[Exchange]:
        """A slice begins. Returns what each connection asks first: what it had come to in the last slice."""
        if len(self._reached) != connections:
            self._reached = [self.exchanges[place] for place in spread(len(self.exchanges), connections)]
        self.lore.begin()
        self.forget()
        return self._reached

    def end(self, reached: Iterable[Exchange | None]) -> None:
        """A slice is over: what each connection would ask next."""
        self._reached = [exchange for exchange in reached if exchange is not None]

    def forget(self) -> None:
        """Judge the next response to each request anew."""
        for exchange in self.exchanges:
            exchange.forget()


def _exchange(request: Request, judge: Judge, target: Target, level: Level, bodies: Bodies) -> Exchange:
    closes = asks_to_close(request, target)
    head, body = head_and_body(request, target, level)
    if len(body) < LARGE:
        return Exchange(head + body, None, judge, request, closes=closes)
    return Exchange(head, bodies.setdefault(body, body), judge, request, closes=closes)


def _echo(request: Request, judge: Judge, target: Target, turn: int) -> Exchange:
    """Text and binary messages take turns, so that an application that turns all into one of them is found out."""
    message = Message(BINARY if turn % 2 else TEXT, filled(request, target.values).body.encode())
    return Echo(message, judge, request)
