"""Which sockets listen, and whose they are."""

import os
import socket
from contextlib import ExitStack

import psutil
import pytest

from harness.under_test.launch.listening import Listener, listeners, owner

HERE = os.getpid()


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_listening_socket_is_found_with_its_address_and_its_process(family: socket.AddressFamily, host: str) -> None:
    with socket.create_server((host, 0), family=family) as server:
        port = server.getsockname()[1]
        assert Listener(host, port, HERE) in listeners([HERE])
        assert Listener(host, port, None) in listeners([])
        assert owner(Listener(host, port, None)) == f"{psutil.Process().name()} (pid {HERE})"
    assert port not in {one.port for one in listeners([HERE])}


def test_all_that_listen_are_found_among_many_that_are_connected() -> None:
    """Half of these listen after the others are connected: the order in which they came does not matter."""
    with ExitStack() as stack:
        servers = []
        for _ in range(8):
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            servers.append(server.getsockname())
            for _ in range(20):
                stack.enter_context(socket.create_connection(server.getsockname()))
                stack.enter_context(server.accept()[0])
        mine = {(one.ip, one.port) for one in listeners([HERE]) if one.pid}
    assert set(servers) <= mine


def test_a_process_that_is_gone_holds_nothing() -> None:
    gone = max(psutil.pids()) + 100_000
    assert not [one for one in listeners([gone]) if one.pid]
