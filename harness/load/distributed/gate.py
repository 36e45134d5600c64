"""What comes in at the master's port, and what of it is let in: whoever reaches the port can send anything.

Locust's own listener ends at the first message it cannot read, and the master hears nothing from then on. A node is a
worker here once it has greeted with this harness's version and messages; until then Locust does not hear of it.
"""

import logging
from collections import Counter
from typing import Any, Final, NoReturn

import gevent
import zmq
from locust.exception import RPCError
from locust.rpc import zmqrpc
from locust.runners import MasterRunner

from harness.contract.response import clipped
from harness.load.distributed.incoming import BEFORE_THE_GREETING, CUT_OFF_BYTES, Incoming, Refusal, message_of
from harness.load.distributed.protocol import HELLO, REFUSED, WELCOME, fault_of_greeting, own_greeting
from harness.load.locust_side.user import LoadEnvironment

MOST_AT_THE_DOOR: Final = 1000
"""Nodes that have said they are ready and have not greeted."""
SHOWN: Final = 5
"""Refusals that are logged one by one; all are counted."""
RETRY_S: Final = 0.1

LocustRpc: Final[Any] = zmqrpc
"""The module that Locust's master takes its socket from."""
log = logging.getLogger(__name__)


class Refusals:
    """How many messages were refused, by kind of fault; the first few are logged."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()

    def add(self, refusal: Refusal) -> None:
        self._count[refusal.kind] += 1
        if self._count.total() <= SHOWN:
            log.warning("refused %s", clipped(str(refusal)))

    def __len__(self) -> int:
        return self._count.total()

    def __str__(self) -> str:
        return ", ".join(f"{kind} ({count})" for kind, count in self._count.most_common())


class BoundedServer(zmqrpc.BaseSocket):
    """Locust's listening socket, with a bound on what one message may be."""

    def __init__(self, host: str, port: int) -> None:
        """Raises RPCError, as Locust's does, where it cannot be listened on."""
        super().__init__(zmq.ROUTER, self.ipv4_only(host, port))  # type: ignore[no-untyped-call]
        self.socket.setsockopt(zmq.MAXMSGSIZE, CUT_OFF_BYTES)
        try:
            self.port = port or self.socket.bind_to_random_port(f"tcp://{host}")
            if port:
                self.socket.bind(f"tcp://{host}:{port}")
        except zmq.ZMQError as fault:
            raise RPCError(f"Socket bind failure: {fault}") from fault


class GuardedMaster(MasterRunner):
    """Locust's master behind the gate. `admitted`: nodes that greeted aright; `turned_away`: why others are not in."""

    def __init__(self, environment: LoadEnvironment, host: str, port: int) -> None:
        self.refusals = Refusals()
        self.admitted: set[str] = set()
        self.turned_away: dict[str, str] = {}
        self._at_the_door: set[str] = set()
        LocustRpc.Server = BoundedServer
        super().__init__(environment, host, port)

    def client_listener(self) -> NoReturn:
        """Hear and do what comes, whatever comes."""
        while True:
            try:
                parts = self.server.socket.recv_multipart()
                self._hear(message_of(parts))
            except Refusal as refusal:
                self.refusals.add(refusal)
            except zmq.ZMQError as fault:
                log.error("the port of the load master: %s", fault)  # noqa: TRY400  it says all there is
                gevent.sleep(RETRY_S)
            except Exception as fault:
                self.refusals.add(Refusal("a message that could not be followed", repr(fault)))
                log.debug("not followed", exc_info=True)

    def _hear(self, message: Incoming) -> None:
        node = message.node_id
        if message.type == HELLO:
            self._greeted(node, message.data)
        elif node in self.admitted:
            self.handle_message(node, message.for_locust())
        elif message.type == "client_ready" and len(self._at_the_door) < MOST_AT_THE_DOOR:
            self._at_the_door.add(node)
            self.send_message("ack", client_id=node)
        elif node not in self._at_the_door or message.type not in BEFORE_THE_GREETING:
            raise Refusal("a message of a node that is no worker here", f"{message.type!r} from {node!r}")

    def _greeted(self, node: str, greeting: Any) -> None:
        if node not in self._at_the_door or node in self.turned_away:
            raise Refusal("a message of a node that is no worker here", f"{HELLO!r} from {node!r}")
        fault = fault_of_greeting(greeting)
        if fault:
            self.turned_away[node] = fault
            log.warning("load worker %s is refused: %s", clipped(node), fault)
            self.send_message(REFUSED, {"why": fault}, node)
            self.send_message("quit", client_id=node)  # a harness of before greetings knows this alone
            return
        self.admitted.add(node)
        self.handle_message(node, Incoming("client_ready", -1, node).for_locust())
        self.send_message(WELCOME, own_greeting().model_dump(), node)
