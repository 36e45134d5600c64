"""What the master and the workers of a distributed load say to each other, in Locust's own channel.

The channel is msgpack over ZeroMQ, without authentication or encryption: it belongs on loopback or into a tunnel.
Messages are dicts of plain values; `number` ties an answer to what it answers.
"""

from typing import Final

from harness.model.record import Record

DEFAULT_PORT: Final = 5557
"""Locust's."""

HELLO: Final = "harness-hello"
"""A worker understands what follows from here on: Locust calls it ready a moment too early."""
PING: Final = "harness-ping"
PREPARE: Final = "harness-prepare"
SETTLE: Final = "harness-settle"
SLICE: Final = "harness-slice"
ANSWER: Final = "harness-answer"


class Clock(Record):
    """A worker's clock: the master's plus `offset_s`, to within `skew_s`."""

    offset_s: float
    skew_s: float


def clock_of(round_trips: list[tuple[float, float, float]]) -> Clock:
    """From (sent, the worker's clock, received): the shortest round trip tells most (Cristian 1989)."""
    sent, there, received = min(round_trips, key=lambda trip: trip[2] - trip[0])
    return Clock(offset_s=there - (sent + received) / 2, skew_s=(received - sent) / 2)
