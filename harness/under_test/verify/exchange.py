"""One connection and its HTTP/1.1 exchanges, each with a deadline. What goes wrong is a fault, never an exception."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from harness.contract.response import Response
from harness.model.asked.request import Request
from harness.model.fault import Fault
from harness.model.measured.load import Target
from harness.wire import responses
from harness.wire.requests import asks_to_close, prepared
from harness.wire.responses import ClosedEarly, Malformed, ResponseParser

CHUNK_BYTES = 65_536


class Connection:
    """A TCP connection to a target. `reusable` tells whether the last exchange left it open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: Target) -> None:
        self._reader, self._writer, self._target = reader, writer, target
        self.reusable = False

    async def ask(self, request: Request, deadline_s: float) -> Response | Fault:
        """Send a request and read its whole response."""
        parser, asked_at = ResponseParser(bodyless=request.method == "HEAD"), time.time()
        self.reusable = False
        try:
            async with asyncio.timeout(deadline_s):
                self._writer.write(prepared(request, self._target))
                await self._writer.drain()
                response = await self._receive(parser)
        except TimeoutError:
            if not parser.endless:
                within = f"within {deadline_s:g} s"
                return Fault(code="response-late", what="no whole response in time", expected=within, seen=str(parser))
            response = parser.end()
        except Malformed as error:
            return Fault(code="response-malformed", what="the response is not right HTTP", seen=str(error))
        except ClosedEarly as error:
            what = "the connection was closed before the response was complete"
            return Fault(code="response-cut", what=what, seen=str(error))
        except OSError as error:
            return Fault(code="connection-broken", what="the connection broke", seen=f"{error} (arrived: {parser})")
        self.reusable = not response.head.close and not asks_to_close(request, self._target)
        return as_answered(response, asked_at)

    async def _receive(self, parser: ResponseParser) -> responses.Response:
        while data := await self._reader.read(CHUNK_BYTES):
            if response := parser.feed(data):
                return response
        return parser.end()


def as_answered(response: responses.Response, asked_at: float) -> Response:
    """The response as the contract judges it. `asked_at`: Unix seconds."""
    now, head = time.time(), response.head
    took_s = max(0.0, now - asked_at)
    return Response(status=head.status, headers=head.fields, body=response.body, received_at=now, took_s=took_s)


@asynccontextmanager
async def connected(
    target: Target, deadline_s: float, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Connection | Fault]:
    """A fresh connection for the length of an `async with`, over TLS where a context is given; or why there is none."""
    try:
        async with asyncio.timeout(deadline_s):
            reader, writer = await asyncio.open_connection(target.host, target.port, ssl=tls)
    except TimeoutError:
        yield Fault(code="connection-late", what="no connection in time", expected=f"within {deadline_s:g} s")
        return
    except OSError as error:
        yield Fault(code="connection-refused", what="no connection", seen=str(error))
        return
    try:
        yield Connection(reader, writer, target)
    finally:
        writer.transport.abort()
