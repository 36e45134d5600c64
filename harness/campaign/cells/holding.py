"""What open streams and idle WebSockets cost a server in memory: many are held open, and its memory is read twice."""

import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from typing import Final

from harness.catalog.scenarios import Scenario
from harness.load.open_files import raise_limit
from harness.measure.tree import tree_pss_bytes
from harness.model.asked.request import Request
from harness.model.asked.scenario import Kind
from harness.model.measured.held import Held
from harness.model.measured.load import Target
from harness.under_test.launch.launch import LiveServer
from harness.wire.frames import handshake_of, new_key
from harness.wire.requests import prepared

ASKED: Final[Mapping[Kind, int]] = {"stream": 500, "websocket": 1000}
PAUSE_MS: Final = 60_000
"""Between two events of a stream that is held."""
TOGETHER: Final = 50
"""So many are opened, and answered, before the next: a server accepts them one after another."""
PATIENCE_S: Final = 2.0
"""How long so many may take to be answered. A server that is out of threads never answers."""
SETTLED_S: Final = 0.2


def holdable(scenario: Scenario) -> bool:
    """Whether connections of the scenario stay open while nothing is asked."""
    return scenario.manifest.kind in ASKED


def hold(server: LiveServer, scenario: Scenario) -> Held:
    """Open as many as ASKED says, read the memory of the server's tree, and close them."""
    kind, root = scenario.manifest.kind, server.process.warden_pid
    before = tree_pss_bytes(root)
    with _many_files(), ExitStack() as opened:
        held = sum(1 for _ in _opened(opened, server.target, _asked(scenario), kind))
        time.sleep(SETTLED_S)
        after = tree_pss_bytes(root)
    reason = "" if held == ASKED[kind] else f"the server answered {held} of {ASKED[kind]} at the same time"
    return Held(asked=ASKED[kind], held=held, before_bytes=before, with_bytes=after, reason=reason)


def _asked(scenario: Scenario) -> Request:
    request = scenario.requests[0]
    if scenario.manifest.kind == "websocket":
        return handshake_of(request, new_key())
    return request.model_copy(update={"path": f"{request.path}&pause_ms={PAUSE_MS}"})


def _opened(stack: ExitStack, target: Target, request: Request, kind: Kind) -> Iterator[socket.socket]:
    """Those that are answered: a stream by its first event, a WebSocket by its handshake. Ends where some are not."""
    data, answered = prepared(request, target), b"\n\n" if kind == "stream" else b" 101 "
    for start in range(0, ASKED[kind], TOGETHER):
        batch = []
        for _ in range(min(TOGETHER, ASKED[kind] - start)):
            try:
                one = stack.enter_context(socket.create_connection((target.host, target.port), PATIENCE_S))
                one.sendall(data)
            except OSError:
                break
            batch.append(one)
        found = _answered(batch, answered)
        yield from found
        if len(found) < TOGETHER:
            return


def _answered(batch: Sequence[socket.socket], wanted: bytes) -> list[socket.socket]:
    """Those of which the wanted bytes come in time."""
    came = dict.fromkeys(batch, b"")
    found: list[socket.socket] = []
    deadline = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        for one in batch:
            selector.register(one, selectors.EVENT_READ)
        while len(found) < len(batch) and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                assert isinstance(key.fileobj, socket.socket)
                data = _received(key.fileobj)
                came[key.fileobj] += data
                if wanted in came[key.fileobj]:
                    found.append(key.fileobj)
                if wanted in came[key.fileobj] or not data:
                    selector.unregister(key.fileobj)
            if not selector.get_map():
                break
    return found


def _received(one: socket.socket) -> bytes:
    try:
        return one.recv(65_536)
    except OSError:
        return b""


@contextmanager
def _many_files() -> Iterator[None]:
    """As many open files as the system lets this process have; servers that start later get what they always get."""
    before = getrlimit(RLIMIT_NOFILE)
    raise_limit()
    try:
        yield
    finally:
        setrlimit(RLIMIT_NOFILE, before)
