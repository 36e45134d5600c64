"""Connections of this machine, as the kernel reports them."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from harness.measure.sockets import connections_from, connections_to

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's socket diagnosis is Linux's")


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=20) as server:
        yield server


def port_of(server: socket.socket) -> int:
    port: int = server.getsockname()[1]
    return port


def test_connections_nobody_accepted_and_requests_nobody_read_are_seen(server: socket.socket) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(server.getsockname())) for _ in range(7)]
        accepted = [stack.enter_context(server.accept()[0]) for _ in range(4)]
        for client in clients[:2] + clients[-1:]:
            client.sendall(b"x" * 37)
        accepted[3].sendall(b"y" * 11)
        found, others = connections_from(port_of(server)), connections_to(port_of(server))
        assert found is not None
        assert others is not None
        assert len(found) == len(others) == 7
        assert sorted((one.accepted, one.unread) for one in found) == [
            *[(False, 0)] * 2, (False, 37), *[(True, 0)] * 2, *[(True, 37)] * 2,
        ]  # fmt: skip
        assert sorted(one.unread for one in others) == [0, 0, 0, 0, 0, 0, 11]
        assert {one.local_port for one in others} == {client.getsockname()[1] for client in clients}


def test_bytes_are_counted_in_both_directions_where_they_are_asked_for(server: socket.socket) -> None:
    with socket.create_connection(server.getsockname()) as client, server.accept()[0] as accepted:
        [before] = connections_to(port_of(server), with_bytes=True) or ()
        client.sendall(b"x" * 1000)
        accepted.recv(1000, socket.MSG_WAITALL)
        accepted.sendall(b"y" * 300)
        client.recv(300, socket.MSG_WAITALL)
        [after] = connections_to(port_of(server), with_bytes=True) or ()
        assert (after.sent - before.sent, after.received - before.received) == (1000, 300)
        [without] = connections_to(port_of(server)) or ()
        assert (without.sent, without.received) == (0, 0)


def test_nothing_is_reported_where_the_system_does_not_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> socket.socket:
        raise PermissionError(1, os.strerror(1))

    monkeypatch.setattr(socket, "socket", refused)
    assert connections_from(80) is None
