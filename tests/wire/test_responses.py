"""The parser against RFC 9112, in any pieces."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.responses import MAX_HEAD, ClosedEarly, Malformed, Response, ResponseParser, parse_head

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nHello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b'3;a="b"\r\nHel\r\n002\r\nlo\r\n0\r\nX-Trailer: yes\r\nX-Other: \r\n\r\n'
)
NO_TRAILER = b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + LENGTH
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\nHello"


def fed(pieces: list[bytes]) -> Response | None:
    """Feed the pieces to one parser; the response must come with the last and not before."""
    parser = ResponseParser()
    for piece in pieces[:-1]:
        assert parser.feed(piece) is None
    return parser.feed(pieces[-1])


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


@given(st.sampled_from([LENGTH, CHUNKED, NO_TRAILER, INTERIM]), st.lists(st.integers(0, 10_000), max_size=40))
def test_a_response_is_the_same_however_it_is_cut(data: bytes, cuts: list[int]) -> None:
    response = fed(pieces_of(data, cuts))
    assert response is not None
    assert response.body == b"Hello"
    assert response.size == len(data)
    assert response.head.status == 200


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_whatever_do_anything_but_parse_wait_or_be_refused(data: bytes) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        with contextlib.suppress(Malformed):
            ResponseParser().feed(prefix + data)


@given(st.lists(st.binary(max_size=60), max_size=8), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_chunks_are_put_together(chunks: list[bytes], cuts: list[int]) -> None:
    coded = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks if chunk) + b"0\r\n\r\n"
    response = fed(pieces_of(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + coded, cuts))
    assert response is not None
    assert response.body == b"".join(chunks)


def test_a_body_without_length_ends_with_the_connection() -> None:
    parser = ResponseParser()
    assert parser.feed(UNTIL_CLOSE) is None
    response = parser.end()
    assert response.body == b"Hello"
    assert response.head.close


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "^nothing$"),
        (b"HTTP/1.1 200 OK\r\nConte", "^22 bytes$"),
        (LENGTH[:-1], "the headers and 4 bytes; Content-Length says 5"),
        (CHUNKED[:-1], f"^{len(CHUNKED) - 1} bytes$"),
    ],
)
def test_an_end_before_the_end_is_told(data: bytes, told: str) -> None:
    parser = ResponseParser()
    assert parser.feed(data) is None
    with pytest.raises(ClosedEarly, match=told):
        parser.end()


@pytest.mark.parametrize("status", [204, 304])
def test_statuses_without_body_have_none(status: int) -> None:
    response = fed([b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status])
    assert response is not None
    assert response.body == b""


@pytest.mark.parametrize(
    ("line", "option", "close"),
    [
        (b"HTTP/1.1 200 OK", b"", False),
        (b"HTTP/1.1 200 OK", b"Connection: close\r\n", True),
        (b"HTTP/1.1 200 OK", b"Connection: Upgrade, CLOSE\r\n", True),
        (b"HTTP/1.0 200 OK", b"", True),
        (b"HTTP/1.0 200 OK", b"Connection: Keep-Alive\r\n", False),
    ],
)
def test_who_closes_is_read_as_the_version_says(line: bytes, option: bytes, close: bool) -> None:
    assert parse_head(line + b"\r\n" + option + b"Content-Length: 0\r\n\r\n").close is close


def test_fields_are_told_in_order_with_names_in_lower_case() -> None:
    assert parse_head(LENGTH[:-5]).fields == (
        ("content-type", "Text/Plain; charset=utf-8"),
        ("content-length", "5"),
    )


@pytest.mark.parametrize("fold", [b"\r\n  ", b"\n\t", b" \r\n "])
def test_a_folded_line_is_one_line(fold: bytes) -> None:
    """RFC 9112, 5.2: a client replaces an obsolete folding by a space."""
    response = fed([b"HTTP/1.1 200 OK\r\nX-Old: one" + fold + b"two\r\nContent-Length: 5\r\n\r\nHello"])
    assert response is not None
    assert response.head.fields[0] == ("x-old", "one two")
    assert response.body == b"Hello"


@given(st.lists(st.integers(0, 10_000), max_size=40))
def test_a_bare_line_feed_ends_a_line_too(cuts: list[int]) -> None:
    data = LENGTH.replace(b"\r\n", b"\n")
    response = fed(pieces_of(data, cuts))
    assert response is not None
    assert response.body == b"Hello"
    assert response.size == len(data)


def test_a_body_is_no_part_of_a_head_that_ended_at_a_bare_line_feed() -> None:
    response = fed([b"HTTP/1.1 200 OK\nContent-Length: 9\n\nA: b\r\n\r\nc"])
    assert response is not None
    assert response.body == b"A: b\r\n\r\nc"


@pytest.mark.parametrize("more", [b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b""])
def test_to_head_no_body_comes_whatever_is_said_of_it(more: bytes) -> None:
    response = ResponseParser(bodyless=True).feed(b"HTTP/1.1 200 OK\r\n" + more + b"\r\n")
    assert response is not None
    assert response.body == b""
    assert not response.head.close


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nNo colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nSpace : before\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nHello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nHello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nHello\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHello, too long\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"0" * 5000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno trailer\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * MAX_HEAD,
        LENGTH + b"!",
        CHUNKED + b"HTTP/1.1",
    ],
)
def test_what_is_no_response_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        ResponseParser().feed(data)


def test_the_same_length_twice_is_one_length() -> None:
    response = fed([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nHello"])
    assert response is not None
    assert response.body == b"Hello"
