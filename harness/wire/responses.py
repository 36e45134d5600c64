"""HTTP/1.1 responses, in any pieces (RFC 9112): status line, fields, and where the body ends."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

MAX_HEAD = 65_536
MAX_BODY = 64 * 1024 * 1024
MAX_CHUNK_LINE = 4096

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*)")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
DIGITS = re.compile(rb"[0-9]{1,15}")
HEAD_END = re.compile(rb"\n\r?\n")
"""A bare LF ends a line too (RFC 9112, 2.2)."""
FOLD = re.compile(rb"[ \t]*\r?\n[ \t]+")
"""An obsolete line folding, which a client replaces by a space (RFC 9112, 5.2)."""
BEGINNING = b"HTTP/1."
BODYLESS = frozenset({204, 304})


class Malformed(Exception):
    """The bytes are no response by RFC 9112, or exceed the bounds set here."""


class ClosedEarly(Exception):
    """The server closed the connection before the response was complete."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """Status line and fields, understood. `size` counts its bytes, the empty line included.

    `length` is the body's length where the head tells it (0 for a response without body); None with `chunked`, and
    None without it when the body ends where the connection does. `fields`: names in lower case, in the order received,
    line foldings replaced by a space. A head equals itself alone, so that looking one up costs nothing.
    """

    size: int
    status: int
    length: int | None
    chunked: bool
    close: bool
    fields: tuple[tuple[str, str], ...]


class Response(NamedTuple):
    """A complete response. `size`: all its bytes as received, interim responses included."""

    head: Head
    body: bytes
    size: int


def parse_head(raw: bytes, *, bodyless: bool = False) -> Head:
    """Understand the bytes up to and with the empty line; `bodyless` where HEAD was asked. Raises Malformed."""
    first, *lines = FOLD.sub(b" ", raw.rstrip(b"\r\n")).split(b"\n")
    status_line = STATUS_LINE.fullmatch(first.removesuffix(b"\r"))
    if status_line is None:
        raise Malformed(f"no status line: {first[:80]!r}")
    pairs = [field_of(line.removesuffix(b"\r")) for line in lines]
    fields = gathered(pairs)
    status = int(status_line[2])
    codings, lengths = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if codings is not None and lengths is not None:
        raise Malformed("both Content-Length and Transfer-Encoding")
    if codings is not None and codings.lower() != b"chunked":
        raise Malformed(f"Transfer-Encoding {codings[:80]!r} was not asked for")
    bodyless = bodyless or status < 200 or status in BODYLESS
    length = 0 if bodyless else None if lengths is None else one_length(lengths)
    chunked = codings is not None and not bodyless
    options = {option.strip(b" \t").lower() for option in fields.get(b"connection", b"").split(b",")}
    close = b"close" in options or (status_line[1] == b"0" and b"keep-alive" not in options)
    text = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)
    return Head(len(raw), status, length, chunked, close or (length is None and not chunked), text)


def field_of(line: bytes) -> tuple[bytes, bytes]:
    """Name in lower case, and value. Raises Malformed."""
    field = FIELD.fullmatch(line)
    if field is None:
        raise Malformed(f"no header field: {line[:80]!r}")
    return field[1].lower(), field[2].rstrip(b" \t")


def gathered(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Fields by name; a repeated one is joined with a comma (RFC 9110, 5.2)."""
    fields: dict[bytes, bytes] = {}
    for name, value in pairs:
        fields[name] = fields[name] + b", " + value if name in fields else value
    return fields


def one_length(value: bytes) -> int:
    """The number in Content-Length, which may be repeated only alike (RFC 9110, 8.6)."""
    values = {part.strip(b" \t") for part in value.split(b",")}
    if len(values) != 1 or DIGITS.fullmatch(number := values.pop()) is None:
        raise Malformed(f"Content-Length {value[:80]!r}")
    if int(number) > MAX_BODY:
        raise Malformed(f"a body of {int(number)} bytes; at most {MAX_BODY} are taken")
    return int(number)


class ResponseParser:
    """Takes one response in pieces. A parser that has given its response, or raised, is done with.

    `bodyless`: the request was a HEAD, so no body follows whatever Content-Length says. `parse`: understands a head.
    """

    def __init__(self, *, bodyless: bool = False, parse: Callable[..., Head] = parse_head) -> None:
        self._bodyless, self._parse = bodyless, parse
        self._buffer = bytearray()
        self._passed = 0  # bytes of interim responses
        self._looked = 0  # where the search for the head's end goes on
        self._head: Head | None = None
        self._chunks: Chunks | None = None

    def feed(self, data: bytes) -> Response | None:
        """The response, once `data` completes it. Raises Malformed, for bytes after its end too."""
        self._buffer += data
        if self._head is None:
            self._head = self._read_head()
            if self._head is None:
                return None
        return self._read_body(self._head)

    def end(self) -> Response:
        """The response, when the end of the connection is what completes it. Raises ClosedEarly."""
        head = self._head
        if head is None or head.chunked or head.length is not None:
            raise ClosedEarly(str(self))
        return self._complete(head, bytes(self._buffer[head.size :]), len(self._buffer))

    @property
    def endless(self) -> bool:
        """Whether the head has come, and says that the body ends where the connection does."""
        return self._head is not None and self._head.length is None and not self._head.chunked

    def __str__(self) -> str:
        """What has come so far."""
        came = self._passed + len(self._buffer)
        if self._head is None or self._head.length is None:
            return f"{came} bytes" if came else "nothing"
        body = len(self._buffer) - self._head.size
        return f"the headers and {body} bytes; Content-Length says {self._head.length}"

    def _read_head(self) -> Head | None:
        buffer = self._buffer
        while True:
            if not buffer.startswith(BEGINNING[: len(buffer)]):
                raise Malformed(f"not HTTP/1: {bytes(buffer[:80])!r}")
            end = HEAD_END.search(buffer, self._looked, MAX_HEAD)
            if end is None:
                if len(buffer) >= MAX_HEAD:
                    raise Malformed(f"a header of more than {MAX_HEAD} bytes")
                self._looked = max(0, len(buffer) - 2)
                return None
            head = self._parse(bytes(buffer[: end.end()]), bodyless=self._bodyless)
            if head.status >= 200:
                return head
            if head.status == 101:
                raise Malformed("101 Switching Protocols was not asked for")
            del buffer[: head.size]
            self._passed += head.size
            self._looked = 0
            if self._passed > MAX_HEAD:
                raise Malformed(f"interim responses of more than {MAX_HEAD} bytes")

    def _read_body(self, head: Head) -> Response | None:
        if head.chunked:
            return self._read_chunks(head)
        received = len(self._buffer) - head.size
        if head.length is None:
            if received > MAX_BODY:
                raise Malformed(f"a body of more than {MAX_BODY} bytes")
            return None
        if received < head.length:
            return None
        return self._complete(head, bytes(self._buffer[head.size : head.size + head.length]), head.size + head.length)

    def _read_chunks(self, head: Head) -> Response | None:
        if self._chunks is None:
            self._chunks = Chunks(head.size)
        end = self._chunks.read(self._buffer)
        return None if end is None else self._complete(head, b"".join(self._chunks.parts), end)

    def _complete(self, head: Head, body: bytes, end: int) -> Response:
        if len(self._buffer) > end:
            raise Malformed(f"{len(self._buffer) - end} bytes after the end of the response")
        return Response(head, body, self._passed + end)


class Chunks:
    """A chunked body (RFC 9112, 7.1), read as far as it has come; extensions and trailers are passed over."""

    def __init__(self, start: int) -> None:
        self.parts: list[bytes] = []
        self._at = start
        self._taken = 0
        self._last = False

    def read(self, buffer: bytearray) -> int | None:
        """Where the body ends in `buffer`, trailers included; None while it is incomplete. Raises Malformed."""
        while not self._last:
            line_end = buffer.find(b"\r\n", self._at, self._at + MAX_CHUNK_LINE)
            if line_end < 0:
                if len(buffer) - self._at >= MAX_CHUNK_LINE:
                    raise Malformed(f"a chunk size line of more than {MAX_CHUNK_LINE} bytes")
                return None
            if not self._take(buffer, line_end):
                return None
        return self._trailers(buffer)

    def _take(self, buffer: bytearray, line_end: int) -> bool:
        line = CHUNK_SIZE.fullmatch(bytes(buffer[self._at : line_end]))
        if line is None:
            raise Malformed(f"no chunk size: {bytes(buffer[self._at : line_end][:80])!r}")
        size, start = int(line[1], 16), line_end + 2
        if size == 0:
            self._at, self._last = line_end, True  # the trailers' empty line may be this very one
            return True
        self._taken += size
        if self._taken > MAX_BODY:
            raise Malformed(f"a body of more than {MAX_BODY} bytes")
        if len(buffer) < start + size + 2:
            self._taken -= size
            return False
        if buffer[start + size : start + size + 2] != b"\r\n":
            raise Malformed("a chunk longer than it says")
        self.parts.append(bytes(buffer[start : start + size]))
        self._at = start + size + 2
        return True

    def _trailers(self, buffer: bytearray) -> int | None:
        end = buffer.find(b"\r\n\r\n", self._at, self._at + MAX_HEAD)
        if end < 0:
            if len(buffer) - self._at >= MAX_HEAD:
                raise Malformed(f"trailers of more than {MAX_HEAD} bytes")
            return None
        for line in bytes(buffer[self._at : end]).split(b"\r\n"):
            if line:
                field_of(line)
        return end + 4
