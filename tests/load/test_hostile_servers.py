"""Servers that are wrong on purpose: each gives its own kind of error, nothing hangs, nothing wrong is goodput."""

import itertools
import socket

import pytest

from harness.load.driver import LocustDriver
from harness.model.asked.request import Request
from harness.model.measured.load import SliceRecord, Target
from tests.load.servers import (
    BODY,
    HEAD,
    RIGHT,
    Behaviour,
    Peer,
    Served,
    answering,
    marks_of,
    scenario,
    serving,
    slice_of,
)


def short_body(peer: Peer) -> None:
    peer.request()
    peer.send(HEAD + b"Content-Length: 13\r\n\r\nHello")
    peer.close()


def endless_header(peer: Peer) -> None:
    peer.request()
    peer.send(HEAD)
    for number in itertools.count():
        peer.send(b"X-More-%d: and more and more and more and more and more\r\n" % number * 100)


def endless_line(peer: Peer) -> None:
    peer.request()
    peer.send(b"HTTP/1.1 200 OK")
    while True:
        peer.send(b"K" * 10_000)


def reset_in_mid_body(peer: Peer) -> None:
    peer.request()
    peer.send(HEAD + b"Content-Length: 13\r\n\r\nHello")
    peer.reset()


def reset_at_once(peer: Peer) -> None:
    peer.request()
    peer.reset()


def silent(peer: Peer) -> None:
    peer.wait_for_the_end()


def slow_drip(peer: Peer) -> None:
    peer.request()
    peer.drip(RIGHT, 0.05)


def stops_in_mid_body(peer: Peer) -> None:
    peer.request()
    peer.send(HEAD + b"Content-Length: 13\r\n\r\nHello")
    peer.wait_for_the_end()


def closes_in_mid_chunk(peer: Peer) -> None:
    peer.request()
    peer.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\nd\r\nHello")
    peer.close()


WRONG: dict[str, tuple[str, Behaviour]] = {
    "short body": ("closed-early", short_body),
    "closed in mid-chunk": ("closed-early", closes_in_mid_chunk),
    "endless header": ("protocol", endless_header),
    "endless header line": ("protocol", endless_line),
    "always 502": ("status", answering(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")),
    "reset in mid-body": ("reset", reset_in_mid_body),
    "reset at once": ("reset", reset_at_once),
    "Content-Length too small": ("protocol", answering(HEAD + b"Content-Length: 5\r\n\r\n" + BODY)),
    "Content-Length too large": ("timeout", answering(HEAD + b"Content-Length: 99\r\n\r\n" + BODY)),
    "Content-Length of no number": ("protocol", answering(HEAD + b"Content-Length: 0x0d\r\n\r\n" + BODY)),
    "two Content-Lengths": ("protocol", answering(HEAD + b"Content-Length: 13\r\nContent-Length: 5\r\n\r\n" + BODY)),
    "shorter body, honestly told": ("body", answering(HEAD + b"Content-Length: 5\r\n\r\nHello")),
    "another body of the same length": ("body", answering(RIGHT.replace(b"World", b"Vorld"))),
    "right bytes as another type": ("header", answering(RIGHT.replace(b"text/plain", b"text/html"))),
    "empty 200": ("body", answering(HEAD + b"Content-Length: 0\r\n\r\n")),
    "slow drip": ("timeout", slow_drip),
    "silence": ("timeout", silent),
    "silence after half a body": ("timeout", stops_in_mid_body),
    "garbage": ("protocol", answering(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 9)),
    "another protocol": ("protocol", answering(b"220 mail.example ESMTP ready\r\n")),
    "bad chunk size": ("protocol", answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\n-d\r\n" + BODY)),
    "101": ("protocol", answering(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")),
}

CHUNKED = (
    b"Transfer-Encoding: chunked\r\n\r\n5;name=value\r\nHello\r\n8\r\n, World!\r\n0\r\nX-Sum: 13\r\nX-Two: 2\r\n\r\n"
)
LEGAL: dict[str, bytes] = {
    "Content-Length": RIGHT,
    "chunked, with extensions and trailers": HEAD + CHUNKED,
    "an interim response before it": b"HTTP/1.1 103 Early Hints\r\nLink: </s.css>\r\n\r\n" + RIGHT,
    "two interim responses before it": b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + RIGHT,
    "no reason phrase": RIGHT.replace(b"200 OK", b"200 "),
    "HTTP/1.0 that keeps alive": RIGHT.replace(b"1.1", b"1.0").replace(
        b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"
    ),
}


def driven(driver: LocustDriver, served: Served, length_s: float = 0.15, **how: object) -> SliceRecord:
    driver.prepare([served.target()], [scenario()])
    (record,) = driver.drive([slice_of(length_s, **how)])  # type: ignore[arg-type]
    return record


@pytest.mark.parametrize("rate", [None, 200.0], ids=["closed model", "open model"])
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_server_gives_its_own_kind_of_error_and_no_goodput(
    driver: LocustDriver, name: str, rate: float | None
) -> None:
    kind, behaviour = WRONG[name]
    with serving(behaviour) as served:
        record = driven(driver, served, offered_rate=rate)
    assert record.errors[kind] > 0
    # Each exchange costs a new connection here, and on a busy machine the server may come to accept one too late.
    assert set(record.errors) <= {kind, "connect"}
    assert record.completions == 0
    assert record.histogram is None


@pytest.mark.parametrize("name", LEGAL)
def test_every_legal_way_to_answer_is_goodput(driver: LocustDriver, name: str) -> None:
    with serving(answering(LEGAL[name])) as served:
        record = driven(driver, served)
    assert record.errors == {}
    assert 0 < record.completions <= served.requests
    assert record.bytes_received == record.completions * len(LEGAL[name])
    assert record.body_bytes == record.completions * len(BODY)
    assert record.reconnects == 0


@pytest.mark.parametrize("name", LEGAL)
def test_a_response_may_come_in_pieces_of_any_size(driver: LocustDriver, name: str) -> None:
    def behaviour(peer: Peer) -> None:
        while True:
            peer.request()
            peer.drip(LEGAL[name], 0)

    with serving(behaviour) as served:
        record = driven(driver, served)
    assert record.errors == {}
    assert record.completions > 0
    assert record.bytes_received == record.completions * len(LEGAL[name])


def test_a_502_now_and_then_is_an_error_and_the_rest_is_goodput(driver: LocustDriver) -> None:
    bad = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad"
    with serving(answering(RIGHT, RIGHT, RIGHT, RIGHT, bad)) as served:
        record = driven(driver, served, burn_in_s=0.0)
    assert set(record.errors) == {"status"}
    assert record.completions > 0
    assert record.completions + record.errors["status"] <= served.requests
    assert record.errors["status"] / served.requests == pytest.approx(0.2, abs=0.05)
    assert record.reconnects == 0


def test_a_server_that_says_it_closes_is_reconnected_to_and_its_answers_are_goodput(driver: LocustDriver) -> None:
    def behaviour(peer: Peer) -> None:
        peer.request()
        peer.send(RIGHT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    with serving(behaviour) as served:
        record = driven(driver, served)
    assert record.errors == {}
    assert 0 < record.completions <= record.reconnects


def test_a_body_that_ends_with_the_connection_is_complete_and_lacks_a_header(driver: LocustDriver) -> None:
    def behaviour(peer: Peer) -> None:
        peer.request()
        peer.send(HEAD.replace(b"1.1", b"1.0") + b"\r\n" + BODY)

    with serving(behaviour) as served:
        record = driven(driver, served)
    assert record.errors.keys() == {"header"}
    assert record.completions == 0


def test_a_server_that_closes_without_saying_so_is_an_error_for_the_request_it_left(driver: LocustDriver) -> None:
    def behaviour(peer: Peer) -> None:
        peer.request()
        peer.send(RIGHT)

    with serving(behaviour) as served:
        record = driven(driver, served)
    assert record.errors
    assert set(record.errors) <= {"closed-early", "reset"}
    assert record.reconnects > 0
    assert record.completions <= served.requests


def test_nobody_listening_is_an_error_of_connecting(driver: LocustDriver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    driver.prepare([Target(cell="cell", host="127.0.0.1", port=port)], [scenario()])
    (record,) = driver.drive([slice_of()])
    assert set(record.errors) == {"connect"}
    assert record.completions == 0


def test_a_server_that_is_silent_overruns_the_drain_and_the_next_slice_is_not_touched_by_it(
    driver: LocustDriver,
) -> None:
    with serving(silent) as mute, serving(answering(RIGHT)) as good:
        driver.prepare([mute.target(cell="mute"), good.target(cell="good")], [scenario()])
        first, second = driver.drive([slice_of(target="mute"), slice_of(target="good")])
    assert marks_of(first) == {"drain-overrun"}
    assert first.errors == {"timeout": 4}
    assert marks_of(second) == set()
    assert second.errors == {}
    assert second.completions > 0


def test_a_connection_a_request_where_the_target_keeps_none_alive(driver: LocustDriver) -> None:
    def behaviour(peer: Peer) -> None:
        peer.request()
        peer.send(RIGHT.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    with serving(behaviour) as served:
        driver.prepare([served.target(keep_alive=False)], [scenario()])
        (record,) = driver.drive([slice_of()])
        assert served.connections == served.requests
    assert record.errors == {}
    assert record.completions > 0
    assert record.reconnects == 0
    assert all(b"Connection: close\r\n" in request for request in served.bodies)


def test_in_a_long_slice_a_request_without_answer_is_given_up_and_its_connection_asks_again(
    driver: LocustDriver,
) -> None:
    with serving(silent) as served:
        record = driven(driver, served, length_s=1.5, drain_s=0.3)
    assert set(record.errors) == {"timeout"}
    assert record.errors["timeout"] > 2 * 4
    assert record.reconnects == record.errors["timeout"] - 4


def test_a_connection_closed_while_idle_is_opened_again_by_the_next_slice_without_an_error(
    driver: LocustDriver,
) -> None:
    with serving(answering(RIGHT)) as served:
        driver.prepare([served.target()], [scenario()])
        driver.drive([slice_of(0.1)])
        served.hang_up()
        (record,) = driver.drive([slice_of(0.2)])
    assert record.errors == {}
    assert record.completions > 0
    assert record.reconnects == 4


@pytest.mark.parametrize("rate", [None, 100.0], ids=["closed model", "open model"])
def test_a_target_that_keeps_nothing_alive_is_never_connected_to_beforehand(
    driver: LocustDriver, rate: float | None
) -> None:
    with serving(answering(RIGHT)) as idle, serving(answering(RIGHT)) as served:
        targets = [idle.target(cell="idle", keep_alive=False), served.target(keep_alive=False)]
        driver.prepare(targets, [scenario()])
        (record,) = driver.drive([slice_of(offered_rate=rate)])
        assert idle.connections == 0
        assert served.connections == served.requests > 0
    assert record.errors == {}
    assert record.completions > 0


def test_an_answer_before_the_whole_request_is_out_ends_the_connection(driver: LocustDriver) -> None:
    def hasty(peer: Peer) -> None:
        peer.head()
        peer.send(RIGHT)
        peer.wait_for_the_end()

    long = Request(method="POST", path="/upload", body="x" * 8_000_000)
    with serving(hasty) as served:
        driver.prepare([served.target()], [scenario(requests=(long,))])
        (record,) = driver.drive([slice_of(connections=1)])
    assert record.errors == {}
    assert record.completions > 0
    assert record.reconnects >= record.completions
