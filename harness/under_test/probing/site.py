"""What probes ask, and how they say what they found."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

from harness.catalog.scenarios import Scenario
from harness.contract.response import Response
from harness.model.asked.application import Interface
from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.found.capabilities import Evidence, Probed, ProbeId
from harness.model.measured.load import Target
from harness.process.owned import OwnedProcess
from harness.under_test.verify.exchange import connected
from harness.wire.requests import prepared

ANSWER_S: Final = 5.0
"""What one answer may take; 16 answers of a server that runs one at a time may wait for each other."""
CHUNK_BYTES: Final = 65_536
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of one answer that is read without its end being known."""
SHOWN_BYTES: Final = 600


@dataclass(frozen=True)
class Site:
    """A live server. `scenarios`: those that its application answers, by id. `usual`: a request that it answers."""

    target: Target
    process: OwnedProcess
    interface: Interface
    scenarios: Mapping[str, Scenario]
    usual: Request

    @property
    def authority(self) -> str:
        return f"{self.target.host}:{self.target.port}"

    async def ask(self, request: Request, within_s: float = ANSWER_S) -> Response | Fault:
        """The answer on a connection of its own."""
        async with connected(self.target, within_s) as connection:
            return connection if isinstance(connection, Fault) else await connection.ask(request, within_s)

    def raw(self, request: Request, **headers: str) -> bytes:
        """The request as bytes, with these headers added."""
        return prepared(request.model_copy(update={"headers": {**request.headers, **headers}}), self.target)


def answered(
    probe: ProbeId, holds: bool, *evidence: Evidence, how: str = "", figure: float | None = None, unit: str = ""
) -> Probed:
    """Yes or no, as was seen."""
    answer = "yes" if holds else "no"
    return Probed.model_validate(
        {"probe": probe, "answer": answer, "how": how, "figure": figure, "unit": unit, "evidence": evidence}
    )


def unknown(probe: ProbeId, why: str, *evidence: Evidence) -> Probed:
    """It could not be tried, or nothing follows from what was seen."""
    return Probed(probe=probe, answer="unknown", how=why, evidence=evidence)


def unanswered(probe: ProbeId, scenario: str) -> Probed:
    """The application lacks what is asked."""
    return unknown(probe, f"the application does not answer the scenario {scenario}")


def asked(request: Request) -> str:
    """A request in a line, with the headers and the length of the body that it adds."""
    headers = "".join(f"\n{name}: {value}" for name, value in request.headers.items())
    body = f"\n({len(request.body):,} characters of body)" if request.body else ""
    return f"{request.method} {request.path}{headers}{body}"


def seen(answer: Response | Fault) -> str:
    """What came back: status, headers and the beginning of the body; or why nothing did."""
    if isinstance(answer, Fault):
        return str(answer)
    head = "\n".join([f"status {answer.status}", *(f"{name}: {value}" for name, value in answer.headers)])
    return f"{head}\n\n{spelled(answer.body)}"


def spelled(data: bytes) -> str:
    """The beginning of bytes, with what is no printable ASCII as escapes."""
    text = "".join(_spelled(byte) for byte in data[:SHOWN_BYTES])
    return text + (f"... ({len(data):,} bytes)" if len(data) > SHOWN_BYTES else "")


def _spelled(byte: int) -> str:
    if 32 <= byte < 127 or byte == 10:
        return chr(byte)
    return "" if byte == 13 else f"\\x{byte:02x}"


@asynccontextmanager
async def stream_to(
    target: Target, tls: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection as bytes, for the length of an `async with`. Raises OSError and TimeoutError."""
    async with asyncio.timeout(ANSWER_S):
        reader, writer = await asyncio.open_connection(target.host, target.port, ssl=tls)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def until(reader: asyncio.StreamReader, enough: Callable[[bytes], bool], within_s: float = ANSWER_S) -> bytes:
    """What comes until it is enough, the connection ends, or the time is over."""
    data = b""
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(within_s):
            while not enough(data) and len(data) < MOST_BYTES and (part := await reader.read(CHUNK_BYTES)):
                data += part
    return data
