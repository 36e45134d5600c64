"""Which connections a scenario needs."""

from collections.abc import Callable
from functools import partial

from harness.load.engine.connections.base import Connection, Owner
from harness.load.engine.connections.events import EventsConnection
from harness.load.engine.connections.frames import FramesConnection
from harness.load.engine.connections.http import HttpConnection
from harness.load.engine.connections.lane import Lane
from harness.model.asked.request import Request
from harness.model.measured.load import LoadScenario, Target
from harness.wire.frames import handshake_of
from harness.wire.requests import prepared

Make = Callable[[Lane, Owner], Connection]


def make_of(scenario: LoadScenario, target: Target) -> Make:
    """What makes the scenario's connections. A WebSocket is opened at the path, and with the headers, of its first
    request."""
    if scenario.kind == "websocket":
        return partial(FramesConnection, handshake=partial(_handshake, scenario.requests[0], target))
    return EventsConnection if scenario.kind == "stream" else HttpConnection


def _handshake(request: Request, target: Target, key: str) -> bytes:
    return prepared(handshake_of(request, key), target)
