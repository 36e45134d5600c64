"""Connections that are held open: how many a server answers at the same time, and what it costs."""

import os
from pathlib import Path
from resource import RLIMIT_NOFILE, getrlimit
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness.campaign.cells import holding
from harness.campaign.cells.holding import hold, holdable
from harness.catalog.scenarios import find_scenarios
from harness.model.measured.held import Held
from harness.model.measured.load import Target
from harness.under_test.launch.launch import LiveServer
from tests.fakes.server import Right, serving

SCENARIOS = {s.id: s for s in find_scenarios(Path(__file__).parents[2] / "scenarios")}


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "ASKED", {"stream": 60, "websocket": 60})
    monkeypatch.setattr(holding, "PATIENCE_S", 0.5)


def live(port: int) -> LiveServer:
    target = Target(cell="cell", host="127.0.0.1", port=port)
    return cast(LiveServer, SimpleNamespace(target=target, process=SimpleNamespace(warden_pid=os.getpid())))


class Limited(Right):
    """Answers the first streams and sockets, and no more, as a server with no thread left."""

    answered = 0

    def stream(self, connection: Any, path: str, head: bytes) -> None:
        self.answered += 1
        if self.answered <= 20:
            connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n\n\n\r\n")
        connection.recv(1)


class Patient(Right):
    """Sends the first event, and waits for the client to go."""

    def stream(self, connection: Any, path: str, head: bytes) -> None:
        assert "pause_ms=60000" in path
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n2\r\n\n\n\r\n")
        connection.recv(1)


def test_only_streams_and_websockets_are_held() -> None:
    assert {name for name, scenario in SCENARIOS.items() if holdable(scenario)} == {"stream", "websocket"}


def test_all_that_a_server_answers_are_held() -> None:
    limit = getrlimit(RLIMIT_NOFILE)
    with serving(Patient()) as server:
        for name in ("stream", "websocket"):
            held = hold(live(server.port), SCENARIOS[name])
            assert (held.held, held.asked, held.reason) == (60, 60, "")
    assert getrlimit(RLIMIT_NOFILE) == limit, "servers that start later get what they always get"


def test_a_server_that_cannot_hold_as_many_has_no_figure_and_a_reason() -> None:
    with serving(Limited()) as server:
        held = hold(live(server.port), SCENARIOS["stream"])
    assert held.held == 20
    assert held.reason == "the server answered 20 of 60 at the same time"
    assert held.bytes_each is None


def test_memory_is_told_for_each_where_all_are_held() -> None:
    assert Held(asked=500, held=500, before_bytes=1_000, with_bytes=51_000).bytes_each == 100
    assert Held(asked=500, held=500, before_bytes=1_000, with_bytes=900).bytes_each == 0
    assert Held(asked=500, held=499, before_bytes=1_000, with_bytes=51_000).bytes_each is None
    assert Held(asked=500, held=500, before_bytes=None, with_bytes=None).bytes_each is None
