"""Frames and handshakes: the bytes of RFC 6455, judged by wsproto, which knows nothing of this project."""

import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, Message, Ping, Request, TextMessage

from harness.model.asked.request import Request as Asked
from harness.model.measured.load import Target
from harness.wire import frames
from harness.wire.frames import BINARY, PING, TEXT, FrameReader, frame, handshake_fault, handshake_of
from harness.wire.requests import prepared
from harness.wire.responses import Malformed, parse_head

TARGET = Target(cell="cell", host="127.0.0.1", port=8000)
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
"""The example of RFC 6455, 1.3."""
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
MASK = b"\x37\xfa\x21\x3d"


def opened() -> WSConnection:
    """A server that has taken our handshake."""
    server = WSConnection(ConnectionType.SERVER)
    server.receive_data(prepared(handshake_of(Asked(path="/websocket", body="a message"), KEY), TARGET))
    (request,) = server.events()
    assert isinstance(request, Request)
    assert request.target == "/websocket"
    answer = server.send(AcceptConnection())
    assert handshake_fault(parse_head(answer), KEY) is None
    return server


def test_the_accept_is_that_of_the_standard() -> None:
    assert frames.accept_of(KEY) == ACCEPT


def test_a_masked_text_is_that_of_the_standard() -> None:
    assert frame(TEXT, b"Hello", MASK) == b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"


@pytest.mark.parametrize("size", [0, 1, 64, 125, 126, 65_535, 65_536])
def test_another_implementation_reads_what_is_written(size: int) -> None:
    server, text = opened(), "x" * size
    server.receive_data(frame(TEXT, text.encode(), frames.new_mask()) + frame(BINARY, text.encode(), MASK))
    came: dict[type, bytes] = {}
    for event in server.events():
        assert isinstance(event, Message)
        part = event.data.encode() if isinstance(event, TextMessage) else bytes(event.data)
        came[type(event)] = came.get(type(event), b"") + part
    assert came == {TextMessage: text.encode(), BytesMessage: text.encode()}


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 10_000])
def test_what_another_implementation_writes_is_read_in_any_pieces(piece: int) -> None:
    server = opened()
    sent = (
        server.send(TextMessage(data="Hel", message_finished=False))
        + server.send(Ping(payload=b"there?"))
        + server.send(TextMessage(data="lo"))
        + server.send(BytesMessage(data=b"y" * 300))
    )
    reader = FrameReader()
    came = [one for start in range(0, len(sent), piece) for one in reader.feed(sent[start : start + piece])]
    assert came == [(PING, b"there?"), (TEXT, b"Hello"), (BINARY, b"y" * 300)]
    assert reader.is_between


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", "must not mask"),
        (b"\xc1\x05Hello", "reserved bits"),
        (b"\x83\x05Hello", "unknown opcode 3"),
        (b"\x80\x05Hello", "out of turn"),
        (b"\x01\x03Hel\x01\x02lo", "out of turn"),
        (b"\x09\x05Hello", "control frame"),
        (b"\x89\x7e\x00\x80", "control frame"),
        (b"\x81\x7f" + (1 << 40).to_bytes(8, "big"), "more than"),
        (b"\x01\x7f" + (1 << 20).to_bytes(8, "big") + bytes(1 << 20) + b"\x80\x01x", "more than"),
    ],
)
def test_what_a_server_may_not_send_is_refused(sent: bytes, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        FrameReader().feed(sent)


def test_half_a_message_is_waited_for() -> None:
    reader = FrameReader()
    assert reader.feed(b"\x01\x03Hel") == []
    assert not reader.is_between
    assert reader.feed(b"\x80\x02lo") == [(TEXT, b"Hello")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0", "status 200"),
        ("HTTP/1.1 101 S\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " + ACCEPT, "Upgrade is 'missing'"),
        ("HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: " + ACCEPT, "'close'"),
        ("HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x", "not that of"),
        (
            "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: x\r\n"
            "Sec-WebSocket-Accept: " + ACCEPT,
            "sec-websocket-extensions was not asked for",
        ),
    ],
)
def test_an_answer_that_opens_no_websocket_is_told(answer: str, why: str) -> None:
    assert why in (handshake_fault(parse_head(f"{answer}\r\n\r\n".encode()), KEY) or "")
