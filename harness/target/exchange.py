"""One connection and its HTTP/1.1 exchanges, each with a deadline. What goes wrong is a fault, never an exception."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import h11

from harness.contract.response import Fault, Response
from harness.model.load import Target
from harness.model.scenario import Request

CHUNK_BYTES = 65_536
LARGEST_BODY_BYTES = 16 * 2**20


@dataclass
class Arrived:
    """What has come of a response so far. `asked_at`: Unix seconds."""

    asked_at: float = field(default_factory=time.time)
    head: h11.Response | None = None
    body: bytearray = field(default_factory=bytearray)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        found = self.head.headers if self.head else ()
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in found)

    @property
    def endless(self) -> bool:
        """Whether no header says where the body ends."""
        return bool(self.head) and not {"content-length", "transfer-encoding"} & {name for name, _ in self.headers}

    def response(self) -> Response:
        assert self.head
        status, body = self.head.status_code, bytes(self.body)
        now = time.time()
        return Response(
            status=status, headers=self.headers, body=body, received_at=now, took_s=max(0.0, now - self.asked_at)
        )

    def __str__(self) -> str:
        if self.head is None:
            return "nothing"
        length = dict(self.headers).get("content-length")
        return f"the headers and {len(self.body)} bytes" + (f"; Content-Length says {length}" if length else "")


class BrokenOff(Exception):
    """The other side ended, or overran, what it was sending."""


class Connection:
    """A TCP connection to a target. `reusable` tells whether the last exchange left it open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
        self._reader, self._writer, self._target = reader, writer, target
        self._http = h11.Connection(h11.CLIENT)

    @property
    def reusable(self) -> bool:
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def ask(self, request: Request, deadline_s: float) -> Response | Fault:
        """Send a request and read its whole response."""
        arrived = Arrived()
        try:
            async with asyncio.timeout(deadline_s):
                await self._send(request)
                return await self._receive(arrived)
        except TimeoutError:
            if arrived.endless:
                return arrived.response()
            return Fault(what="no whole response in time", expected=f"within {deadline_s:g} s", seen=str(arrived))
        except h11.RemoteProtocolError as error:
            return Fault(what="the response is not right HTTP", seen=f"{error} (arrived: {arrived})")
        except BrokenOff as error:
            return Fault(what=str(error), seen=str(arrived))
        except OSError as error:
            return Fault(what="the connection broke", seen=f"{error} (arrived: {arrived})")

    async def _send(self, request: Request) -> None:
        if self.reusable:
            self._http.start_next_cycle()
        body = request.body.encode()
        headers = [("Host", f"{self._target.host}:{self._target.port}"), *request.headers.items()]
        if body:
            headers.append(("Content-Length", str(len(body))))
        parts = [self._http.send(h11.Request(method=request.method, target=request.path, headers=headers))]
        if body:
            parts.append(self._http.send(h11.Data(data=body)))
        parts.append(self._http.send(h11.EndOfMessage()))
        self._writer.write(b"".join(part for part in parts if part))
        await self._writer.drain()

    async def _receive(self, arrived: Arrived) -> Response:
        while not isinstance(event := self._http.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                await self._read(arrived)
            elif isinstance(event, h11.Response):
                arrived.head = event
            elif isinstance(event, h11.Data):
                arrived.body += event.data
        if self._http.trailing_data[0]:
            raise BrokenOff("bytes follow the end of the response")
        return arrived.response()

    async def _read(self, arrived: Arrived) -> None:
        if len(arrived.body) > LARGEST_BODY_BYTES:
            raise BrokenOff(f"the body goes on after {LARGEST_BODY_BYTES} bytes")
        data = await self._reader.read(CHUNK_BYTES)
        if not data and arrived.head is None:
            raise BrokenOff("the connection was closed without a response")
        self._http.receive_data(data)


@asynccontextmanager
async def connected(target: Target, deadline_s: float) -> AsyncIterator[Connection | Fault]:
    """A fresh connection for the length of an `async with`, or why there is none."""
    try:
        async with asyncio.timeout(deadline_s):
            reader, writer = await asyncio.open_connection(target.host, target.port)
    except TimeoutError:
        yield Fault(what="no connection in time", expected=f"within {deadline_s:g} s")
        return
    except OSError as error:
        yield Fault(what="no connection", seen=str(error))
        return
    try:
        yield Connection(reader, writer, target)
    finally:
        writer.transport.abort()
