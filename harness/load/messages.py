"""What the driver and the load process say to each other: one JSON object a line, on a Unix socket."""

import json
import socket
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from harness.model.load import LoadScenario, Slice, SliceRecord, Target
from harness.model.record import Record


class Prepare(Record):
    """Targets that are live from now on, and the scenarios they may be asked."""

    do: Literal["prepare"] = "prepare"
    targets: tuple[Target, ...]
    scenarios: tuple[LoadScenario, ...]


class DriveSlices(Record):
    """Slices to drive, in this order."""

    do: Literal["drive"] = "drive"
    slices: tuple[Slice, ...]


class Cancel(Record):
    """Drive no slice after the one in hand."""

    do: Literal["cancel"] = "cancel"


class Ready(Record):
    """The load process is up."""

    say: Literal["ready"] = "ready"


class Prepared(Record):
    say: Literal["prepared"] = "prepared"


class Measured(Record):
    say: Literal["measured"] = "measured"
    record: SliceRecord


class Done(Record):
    """No more slices of the drive in hand follow."""

    say: Literal["done"] = "done"


class Refused(Record):
    """What was asked cannot be done: a HarnessError by its class's name."""

    say: Literal["refused"] = "refused"
    fault: str
    what: str
    where: str = ""
    mend: str = ""


Order = Annotated[Prepare | DriveSlices | Cancel, Field(discriminator="do")]
Reply = Annotated[Ready | Prepared | Measured | Done | Refused, Field(discriminator="say")]
ORDERS: TypeAdapter[Any] = TypeAdapter(Order)
REPLIES: TypeAdapter[Any] = TypeAdapter(Reply)


class Lines:
    """Messages over a connected socket. Every wait is bounded by the socket's own timeout."""

    def __init__(self, connected: socket.socket, incoming: TypeAdapter[Any]) -> None:
        self._socket, self._incoming = connected, incoming
        self._file = connected.makefile("rb")

    def say(self, message: Record) -> None:
        """Raises OSError when the other side is gone."""
        self._socket.sendall(message.model_dump_json().encode() + b"\n")

    def hear(self, timeout_s: float | None = None) -> Any:
        """The next message, None when the other side is gone. Raises TimeoutError."""
        self._socket.settimeout(timeout_s)
        try:
            line = self._file.readline()
        except ConnectionResetError:
            line = b""
        finally:
            self._socket.settimeout(None)
        return self._incoming.validate_python(json.loads(line)) if line.endswith(b"\n") else None

    def close(self) -> None:
        self._file.close()
        self._socket.close()
