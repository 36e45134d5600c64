"""What the master and the workers of a distributed load say to each other, in Locust's own channel.

The channel is msgpack over ZeroMQ, without authentication or encryption: it belongs on loopback or into a tunnel.
Messages are dicts of plain values; `number` ties an answer to what it answers.
"""

import hashlib
import json
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, Field, ValidationError

from harness import VERSION
from harness.load.engine.lore import Taken
from harness.load.messages import Prepare
from harness.model.measured.load import Slice, SliceRecord
from harness.model.record import Record

DEFAULT_PORT: Final = 5557
"""Locust's."""

HELLO: Final = "harness-hello"
"""A worker says who it is, and understands what follows from here on: Locust calls it ready a moment too early."""
WELCOME: Final = "harness-welcome"
REFUSED: Final = "harness-refused"
REFUSED_CODE: Final = 3
"""Exit code of a worker that is not of the master's version."""
PING: Final = "harness-ping"
PREPARE: Final = "harness-prepare"
SETTLE: Final = "harness-settle"
SLICE: Final = "harness-slice"
ANSWER: Final = "harness-answer"


class Greeting(Record):
    """Which harness a worker or master runs: its version, and a digest of the form of all it sends."""

    version: str = Field(pattern=r"^[\w.+-]{1,40}$")
    messages: str = Field(pattern=r"^\w{1,40}$")


class Pong(Record):
    """A worker's clock, in seconds."""

    clock: float


class Readiness(Record):
    """A worker is prepared. `files`: how many it may have open."""

    files: int


class Settled(Record):
    """Every user of a worker has opened its connections."""


class Driven(Record):
    """What a worker measured in one slice: the faults it saw in words, and bodies for check.py."""

    record: SliceRecord
    faults: tuple[str, ...]
    taken: tuple[Taken, ...]


class Clock(Record):
    """A worker's clock: the master's plus `offset_s`, to within `skew_s`."""

    offset_s: float
    skew_s: float


def clock_of(round_trips: list[tuple[float, float, float]]) -> Clock:
    """From (sent, the worker's clock, received): the shortest round trip tells most (Cristian 1989)."""
    sent, there, received = min(round_trips, key=lambda trip: trip[2] - trip[0])
    return Clock(offset_s=there - (sent + received) / 2, skew_s=(received - sent) / 2)


@cache
def own_greeting() -> Greeting:
    """Of this harness."""
    forms: tuple[type[BaseModel], ...] = (Prepare, Slice, Pong, Readiness, Settled, Driven)
    schemas = json.dumps([form.model_json_schema() for form in forms], sort_keys=True)
    return Greeting(version=VERSION, messages=hashlib.sha256(schemas.encode()).hexdigest()[:12])


def fault_of_greeting(data: Any) -> str | None:
    """Why what greets so cannot work with this harness, and how to mend it; None where it can."""
    own = own_greeting()
    mend = "install the same version on both machines, and run there: make setup"
    try:
        theirs = Greeting.model_validate(data)
    except ValidationError:
        return f"it runs a harness that does not say its version; this one is {own.version}; {mend}"
    if theirs == own:
        return None
    seen = f"it runs harness {theirs.version} with messages {theirs.messages}"
    return f"{seen}; this one is {own.version} with messages {own.messages}; {mend}"
