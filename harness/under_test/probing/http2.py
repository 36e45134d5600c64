"""Whether a request is answered over HTTP/2 (RFC 9113): by prior knowledge, and where TLS agrees on it."""

import asyncio
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, Event, ResponseReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

from harness.model.found.capabilities import Evidence, Probed, ProbeId
from harness.under_test.launch.certificate import Certificate
from harness.under_test.probing.site import CHUNK_BYTES, Site, answered, spelled, stream_to

WITHIN_S: Final = 3.0
MOST_EVENTS: Final = 1000
OFFERED: Final = ("h2", "http/1.1")


@dataclass(frozen=True)
class Asked:
    """What came back over a connection that speaks HTTP/2. `whole`: a response, to its end."""

    whole: bool
    events: tuple[str, ...]
    first: bytes

    @property
    def as_text(self) -> str:
        events = "\n".join(self.events) or "no frame of HTTP/2"
        return f"{events}\nthe first bytes: {spelled(self.first[:120]) or 'none'}"


async def prior_knowledge(site: Site) -> Probed:
    """The client begins with HTTP/2 at once (RFC 9113, 3.3)."""
    async with stream_to(site.target) as (reader, writer):
        found = await _asked(site, reader, writer, "http")
    return _answer("http2-prior-knowledge", site, found, "the preface of HTTP/2")


async def over_tls(site: Site, certificate: Certificate) -> Probed:
    """The client offers h2 and http/1.1 (ALPN, RFC 7301) and asks over h2 where the server chooses that."""
    probe: ProbeId = "http2-alpn"
    offer = f"a TLS handshake that offers {', '.join(OFFERED)}"
    try:
        async with stream_to(site.target, certificate.context(*OFFERED)) as (reader, writer):
            chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
            if chosen != "h2":
                return answered(probe, False, Evidence(sent=offer, got=f"the server chooses {chosen or 'nothing'}"))
            found = await _asked(site, reader, writer, "https")
    except ssl.SSLError as error:
        return answered(probe, False, Evidence(sent=offer, got=f"the handshake fails: {error}"))
    return _answer(probe, site, found, f"{offer}; the server chooses h2; the preface of HTTP/2")


def _answer(probe: ProbeId, site: Site, found: Asked, before: str) -> Probed:
    sent = f"{before}, then {site.usual.method} {site.usual.path}"
    return answered(probe, found.whole, Evidence(sent=sent, got=found.as_text))


async def _asked(site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, scheme: str) -> Asked:
    """Ask the usual request over a connection that is open, and read until its answer is whole, or never will be."""
    client = H2Connection(H2Configuration(client_side=True, header_encoding="utf-8"))
    client.initiate_connection()
    pseudo = [
        (":method", site.usual.method),
        (":scheme", scheme),
        (":authority", site.authority),
        (":path", site.usual.path),
    ]
    client.send_headers(client.get_next_available_stream_id(), pseudo, end_stream=True)
    events: list[str] = []
    first, whole, over = b"", False, False
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(WITHIN_S):
            while not over and len(events) < MOST_EVENTS:
                writer.write(client.data_to_send())
                await writer.drain()
                data = await reader.read(CHUNK_BYTES)
                first = first or data
                happened = _understood(client, data) if data else ["the connection is closed"]
                events += [one if isinstance(one, str) else _named(one) for one in happened]
                whole = whole or any(isinstance(one, StreamEnded) for one in happened)
                over = whole or any(isinstance(one, str | StreamReset | ConnectionTerminated) for one in happened)
    return Asked(whole and any(one.startswith("ResponseReceived") for one in events), tuple(events[:12]), first)


def _understood(client: H2Connection, data: bytes) -> list[Event | str]:
    try:
        happened = list(client.receive_data(data))
    except ProtocolError as error:
        return [f"no HTTP/2: {error}"]
    for event in happened:
        if isinstance(event, DataReceived) and event.flow_controlled_length:
            client.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
    return list(happened)


def _named(event: Event) -> str:
    if isinstance(event, ResponseReceived):
        return f"ResponseReceived {dict(event.headers or ())}"
    if isinstance(event, DataReceived):
        return f"DataReceived {len(event.data):,} bytes"
    return type(event).__name__
