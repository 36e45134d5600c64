"""What the driver and the load process say to each other: one JSON object a line, on a Unix socket."""

import socket
import time
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from harness.model.measured.load import LoadScenario, Slice, SliceRecord, Target, Together
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


class Judge(Record):
    """Judge the samples since Prepare together."""

    do: Literal["judge"] = "judge"


class Ready(Record):
    """The load process is up. `port`: where workers connect to, when it has any."""

    say: Literal["ready"] = "ready"
    port: int | None = None


class Prepared(Record):
    say: Literal["prepared"] = "prepared"


class Measured(Record):
    """A record for each slice of a drive, sent when the last has ended: the campaign would process them on the
    generator's cores."""

    say: Literal["measured"] = "measured"
    records: tuple[SliceRecord, ...]


class Judged(Record):
    say: Literal["judged"] = "judged"
    found: tuple[Together, ...]


class Refused(Record):
    """What was asked cannot be done: a HarnessError by its class's name."""

    say: Literal["refused"] = "refused"
    fault: str
    what: str
    where: str = ""
    mend: str = ""


Order = Annotated[Prepare | DriveSlices | Judge, Field(discriminator="do")]
Reply = Annotated[Ready | Prepared | Measured | Judged | Refused, Field(discriminator="say")]
ORDERS: TypeAdapter[Any] = TypeAdapter(Order)
REPLIES: TypeAdapter[Any] = TypeAdapter(Reply)


class Lines:
    """Messages over a connected socket. An interrupted or overdue wait loses nothing of what has come."""

    def __init__(self, connected: socket.socket, incoming: TypeAdapter[Any]) -> None:
        self._socket, self._incoming = connected, incoming
        self._come = bytearray()

    def say(self, message: Record) -> None:
        """Raises OSError when the other side is gone."""
        self._socket.sendall(message.model_dump_json().encode() + b"\n")

    def hear(self, timeout_s: float | None = None) -> Any:
        """The next message, None when the other side is gone. Raises TimeoutError."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while (end := self._come.find(b"\n")) < 0:
            if not self._more(deadline):
                return None
        line = bytes(self._come[:end])
        del self._come[: end + 1]
        return self._incoming.validate_json(line)

    def close(self) -> None:
        self._socket.close()

    def _more(self, deadline: float | None) -> bool:
        """Wait for some bytes; False at the end."""
        self._socket.settimeout(None if deadline is None else max(0.001, deadline - time.monotonic()))
        try:
            part = self._socket.recv(65_536)
        except ConnectionResetError:
            return False
        finally:
            self._socket.settimeout(None)
        self._come += part
        return bool(part)
