"""Which messages can be a worker's. Imports neither Locust nor gevent."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgpack
from pydantic import BaseModel, ConfigDict, ValidationError

from harness.load.distributed.protocol import ANSWER, HELLO

LARGEST_BYTES: Final = 32 * 2**20
"""Of a message. The largest of a worker's holds a few bodies that a server sent."""
CUT_OFF_BYTES: Final = 2 * LARGEST_BYTES
"""ZeroMQ cuts off who sends more in one message, before it is in memory."""


class Refusal(Exception):
    """A message that is none of a worker's: the kind of fault, and what was seen."""

    def __init__(self, kind: str, seen: str = "") -> None:
        self.kind, self.seen = kind, seen
        super().__init__(f"{kind}: {seen}" if seen else kind)


class Incoming(NamedTuple):
    """A message as Locust has it."""

    type: Any
    data: Any
    node_id: Any

    def for_locust(self) -> Any:
        """Locust asks for nothing but these three."""
        return self


class _Form(BaseModel):
    """What must be in the data of a message; what else is there is Locust's affair."""

    model_config = ConfigDict(strict=True)


class _Heartbeat(_Form):
    state: str
    current_cpu_usage: float


class _Users(_Form):
    user_classes_count: dict[str, int]


class _Exception(_Form):
    msg: str
    traceback: str


class _Answer(_Form):
    number: int


FORMS: Final[Mapping[str, type[_Form] | None]] = {
    "client_ready": None,
    "client_stopped": None,
    "quit": None,
    "spawning": None,
    "logs": _Form,
    "stats": _Users,
    "spawning_complete": _Users,
    "heartbeat": _Heartbeat,
    "exception": _Exception,
    HELLO: None,
    ANSWER: _Answer,
}
"""Every kind of message that a worker sends, and the form of its data; None: none that matters."""
BEFORE_THE_GREETING: Final = frozenset({"client_ready", "heartbeat", "stats", "logs", "quit"})
"""What a worker may send before it has greeted, or after it was refused: Locust's own, passed over."""


def message_of(parts: Sequence[bytes]) -> Incoming:
    """The message that a worker sent. Raises Refusal for any other."""
    if len(parts) != 2:
        raise Refusal("a message of another protocol", f"{len(parts)} parts")
    if len(parts[1]) > LARGEST_BYTES:
        raise Refusal("too large a message", f"{len(parts[1])} bytes")
    try:
        sender, message = parts[0].decode(), Incoming(*msgpack.unpackb(parts[1], raw=False, strict_map_key=False))
    except Exception as fault:  # whatever a stranger's bytes bring up in msgpack
        raise Refusal("an unreadable message", repr(fault)) from fault
    if not isinstance(message.type, str) or message.type not in FORMS:
        raise Refusal("a message of an unknown kind", repr(message.type))
    if message.node_id != sender:
        raise Refusal("a message in another node's name", f"{message.node_id!r}, from {sender!r}")
    form = FORMS[message.type]
    try:
        if form:
            form.model_validate(message.data)
    except ValidationError as fault:
        raise Refusal("a message of a wrong form", f"{message.type!r} from {sender!r}") from fault
    return message
