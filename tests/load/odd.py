"""Responses that are odd, each in its own way, and whether a sound client takes them."""

import gzip
from email.utils import formatdate
from typing import NamedTuple

from harness.model.asked.request import Expectation, Request
from harness.model.measured.load import LoadScenario

BODY = b'{"message":"Hello, World!"}'
LENGTH = b"Content-Length: 27"
CHUNKED = b"Transfer-Encoding: chunked"
SCENARIO = LoadScenario(
    id="plaintext",
    requests=(Request(path="/json"),),
    expect=Expectation(content_type="application/json", form="json", body=BODY.decode()),
)


class Odd(NamedTuple):
    """`reason`: the words in which it is refused; None where it is right."""

    response: bytes
    reason: str | None = None


def head(*lines: bytes, first: bytes = b"HTTP/1.1 200 OK") -> bytes:
    date = b"Date: " + formatdate(usegmt=True).encode()
    return b"\r\n".join([first, b"Server: odd", b"Content-Type: application/json", date, *lines, b"", b""])


def sized(body: bytes, *more: bytes) -> bytes:
    return head(*more, b"Content-Length: %d" % len(body)) + body


def big(lines: int) -> bytes:
    return head(LENGTH, *[b"X-Big-%d: " % n + b"x" * 7000 for n in range(lines)]) + BODY


def responses() -> dict[str, Odd]:
    """As of now: they carry the date."""
    cookies = [b"Set-Cookie: c%d=v; Path=/; Expires=Thu, 01 Jan 2099 00:00:00 GMT" % n for n in range(20)]
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    extended = b'1b;name=value;q="a b"\r\n' + BODY + b"\r\n0;last\r\nX-Trailer: yes\r\n\r\n"
    lower = head(LENGTH).replace(b"Server", b"server").replace(b"Content-", b"content-").replace(b"Date", b"date")
    return {
        "plain": Odd(head(LENGTH) + BODY),
        "names in lower case": Odd(lower + BODY),
        "an empty reason phrase": Odd(head(LENGTH, first=b"HTTP/1.1 200 ") + BODY),
        "no reason phrase": Odd(head(LENGTH, first=b"HTTP/1.1 200") + BODY),
        "chunk extensions and a trailer": Odd(head(CHUNKED) + extended),
        "chunk sizes with zeros": Odd(head(b"Transfer-Encoding: Chunked") + b"001B\r\n" + BODY + b"\r\n000\r\n\r\n"),
        "many cookies": Odd(head(LENGTH, *cookies) + BODY),
        "both lengths": Odd(
            head(LENGTH, CHUNKED) + b"1b\r\n" + BODY + b"\r\n0\r\n\r\n",
            "both Content-Length and Transfer-Encoding",
        ),
        "interim responses": Odd(early + head(LENGTH) + BODY),
        "a large head": Odd(big(8)),
        "too large a head": Odd(big(12), "a header of more than 65536 bytes"),
        "HTTP/1.0 kept alive": Odd(head(LENGTH, b"Connection: Keep-Alive", first=b"HTTP/1.0 200 OK") + BODY),
        "an empty line after the body": Odd(head(LENGTH) + BODY + b"\r\n", r"bytes? after the end|not HTTP/1"),
        "a folded line": Odd(head(LENGTH, b"X-Old: one\r\n  two") + BODY),
        "Latin-1 in a header": Odd(head(LENGTH, "X-Name: Jos\xe9".encode("latin-1")) + BODY),
        "the same length twice": Odd(head(LENGTH, LENGTH) + BODY),
        "JSON with blanks": Odd(sized(b'{\n  "message" : "Hello, World!"\n}\n')),
        "JSON with escapes": Odd(sized(b'{"message":"Hello\\u002c World\\u0021"}')),
        "JSON after a byte order mark": Odd(sized(b"\xef\xbb\xbf" + BODY), "the body is not right JSON"),
        "bare line feeds": Odd(head(LENGTH).replace(b"\r\n", b"\n") + BODY),
        "gzip that nobody asked for": Odd(
            sized(gzip.compress(BODY), b"Content-Encoding: gzip"), "the body is compressed, which was not asked for"
        ),
        "an option beside keep-alive": Odd(head(LENGTH, b"Connection: keep-alive, X-Foo") + BODY),
    }
