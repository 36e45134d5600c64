"""WebSockets under load: what comes back is compared to the byte; servers that are wrong give errors of their kind."""

import time
from collections.abc import Callable

import pytest

from harness.load.driver import LocustDriver
from harness.model.asked.request import Expectation, Request
from harness.model.measured.load import LoadScenario, SliceRecord
from harness.wire.frames import accept_of
from tests.load.servers import Behaviour, Peer, Served, head_of, serving, slice_of

MESSAGES = tuple(f"{number:064}" for number in range(8))
SCENARIO = LoadScenario(
    id="plaintext",
    kind="websocket",
    requests=tuple(
        Request(path="/websocket", body=one, expect=Expectation(content_type="", form="text", body=one))
        for one in MESSAGES
    ),
    expect=Expectation(content_type="", form="text"),
)
Answer = Callable[[Peer, int, bytes], None]
"""Answers a message: (peer, opcode, payload)."""


def opened(peer: Peer, accept: str = "") -> None:
    lines = head_of(peer).split(b"\r\n")
    key = next(line[18:].strip() for line in lines if line.lower().startswith(b"sec-websocket-key:"))
    upgraded = f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept or accept_of(key.decode())}"
    peer.send(f"HTTP/1.1 101 Switching Protocols\r\n{upgraded}\r\n\r\n".encode())


def message(peer: Peer) -> tuple[int, bytes]:
    """The next frame of a client, unmasked; each is short."""
    first, second = peer.take(2)
    assert second & 0x80, "a client masks every frame"
    mask, payload = peer.take(4), peer.take(second & 0x7F)
    return first & 0x0F, bytes(byte ^ mask[place % 4] for place, byte in enumerate(payload))


def frame(first: int, payload: bytes) -> bytes:
    """`first`: FIN, reserved bits and opcode."""
    return bytes((first, len(payload))) + payload


def echoing(answer: Answer) -> Behaviour:
    def behaviour(peer: Peer) -> None:
        opened(peer)
        while True:
            opcode, payload = message(peer)
            answer(peer, opcode, payload)

    return behaviour


def right(peer: Peer, opcode: int, payload: bytes) -> None:
    peer.send(frame(0x80 | opcode, payload))


def fragmented(peer: Peer, opcode: int, payload: bytes) -> None:
    peer.send(frame(opcode, payload[:20]) + frame(0x89, b"ping") + frame(0, b"") + frame(0x80, payload[20:]))
    assert message(peer) == (10, b"ping")


def trickled(peer: Peer, opcode: int, payload: bytes) -> None:
    for byte in frame(0x80 | opcode, payload):
        peer.send(bytes([byte]))


def pinged(peer: Peer, opcode: int, payload: bytes) -> None:
    peer.send(frame(0x89, payload))
    assert message(peer) == (10, payload), "a ping is answered with its own payload"
    peer.send(frame(0x8A, b"unasked pong"))
    right(peer, opcode, payload)


def half_a_ping_behind(peer: Peer, opcode: int, payload: bytes) -> None:
    ping = frame(0x89, b"ping")
    peer.send(frame(0x80 | opcode, payload) + ping[:3])
    time.sleep(0.001)
    peer.send(ping[3:])
    came = [message(peer)]
    while came[-1][0] != 10:
        came.append(message(peer))
    for opcode_, payload_ in came[:-1]:
        right(peer, opcode_, payload_)


RIGHT: dict[str, Answer] = {
    "whole": right,
    "fragmented around a ping": fragmented,
    "byte by byte": trickled,
    "after a ping and a pong": pinged,
}


def never(peer: Peer) -> None:
    opened(peer)
    peer.wait_for_the_end()


def refusing(peer: Peer) -> None:
    while True:
        peer.request()
        peer.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def endless_handshake(peer: Peer) -> None:
    peer.request()
    while True:
        peer.send(b"HTTP/1.1 101 X" + b"x" * 1000)


WRONG: dict[str, tuple[str, Behaviour]] = {
    "masked": ("protocol", echoing(lambda peer, op, data: peer.send(bytes((0x80 | op, 0xC0)) + bytes(4) + data))),
    "the other opcode": ("protocol", echoing(lambda peer, op, data: peer.send(frame(0x83 - op, data)))),
    "an unknown opcode": ("protocol", echoing(lambda peer, _, data: peer.send(frame(0x83, data)))),
    "reserved bits": ("protocol", echoing(lambda peer, op, data: peer.send(frame(0xC0 | op, data)))),
    "oversized": ("protocol", echoing(lambda peer, op, _: peer.send(bytes((0x80 | op, 127)) + (1 << 40).to_bytes(8)))),
    "a fragment out of turn": ("protocol", echoing(lambda peer, _, data: peer.send(frame(0x80, data)))),
    "a long ping": ("protocol", echoing(lambda peer, _op, _data: peer.send(b"\x89\x7e\x00\x80" + bytes(128)))),
    "twice": ("protocol", echoing(lambda peer, op, data: peer.send(2 * frame(0x80 | op, data)))),
    "closed": ("closed-early", echoing(lambda peer, _op, _data: peer.send(frame(0x88, b"\x03\xe8")))),
    "hung up": ("closed-early", echoing(lambda peer, _op, _data: peer.close())),
    "reset": ("reset", echoing(lambda peer, _op, _data: peer.reset())),
    "constant": ("body", echoing(lambda peer, op, _: peer.send(frame(0x80 | op, b"x" * 64)))),
    "truncated": ("body", echoing(lambda peer, op, data: peer.send(frame(0x80 | op, data[:63])))),
    "a wrong accept": ("protocol", lambda peer: opened(peer, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")),
    "no WebSocket": ("status", refusing),
    "an endless handshake": ("protocol", endless_handshake),
    "silence": ("timeout", never),
    "silence before the handshake": ("connect", lambda peer: peer.wait_for_the_end()),
}


def driven(driver: LocustDriver, served: Served, **how: object) -> SliceRecord:
    driver.prepare([served.target()], [SCENARIO])
    (record,) = driver.drive([slice_of(0.2, **how)])  # type: ignore[arg-type]
    return record


@pytest.mark.parametrize("rate", [None, 200.0], ids=["closed model", "open model"])
@pytest.mark.parametrize("name", RIGHT)
def test_right_echoes_are_counted_however_they_come(driver: LocustDriver, name: str, rate: float | None) -> None:
    with serving(echoing(RIGHT[name])) as served:
        record = driven(driver, served, offered_rate=rate)
    assert record.completions > len(MESSAGES)
    assert (record.errors, record.reconnects) == ({}, 0)
    assert record.body_bytes == 64 * record.completions


def test_half_a_ping_behind_an_echo_is_no_error(driver: LocustDriver) -> None:
    with serving(echoing(half_a_ping_behind)) as served:
        record = driven(driver, served)
    assert record.completions > 0
    assert record.errors == {}


@pytest.mark.parametrize("rate", [None, 200.0], ids=["closed model", "open model"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_server_gives_its_own_kind_of_error_and_no_goodput(
    driver: LocustDriver, name: str, rate: float | None
) -> None:
    kind, behaviour = WRONG[name]
    with serving(behaviour) as served:
        record = driven(driver, served, offered_rate=rate)
    assert record.errors[kind] > 0  # type: ignore[index]
    assert set(record.errors) == {kind}
    assert record.completions == 0


def test_requests_and_messages_have_connections_of_their_own(driver: LocustDriver) -> None:
    """One target, asked in both ways by turns."""
    plain = LoadScenario(
        id="json",
        requests=(Request(path="/"),),
        expect=Expectation(content_type="text/plain", form="text", body="Hello, World!"),
    )

    def both(peer: Peer) -> None:
        peer.head()
        if peer.waits_with(b"websocket"):
            echoing(right)(peer)
        while True:
            peer.request()
            peer.send(
                b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"
            )

    with serving(both) as served:
        driver.prepare([served.target()], [SCENARIO, plain])
        records = driver.drive([slice_of(0.1, scenario=one) for one in ("plaintext", "json", "plaintext")])
    assert [record.errors for record in records] == [{}, {}, {}]
    assert all(record.completions > 0 for record in records)
