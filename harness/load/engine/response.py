"""HTTP/1.1 responses, in any pieces (RFC 9112): status line, fields, and where the body ends."""

import re
from typing import NamedTuple

MAX_HEAD = 65_536
MAX_BODY = 64 * 1024 * 1024
MAX_CHUNK_LINE = 4096

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\r\n]*)?")
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*)")
CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?")
DIGITS = re.compile(rb"[0-9]{1,15}")
BEGINNING = b"HTTP/1."
BODYLESS = frozenset({204, 304})


class Malformed(Exception):
    """The bytes are no response by RFC 9112, or exceed the bounds set here."""


class ClosedEarly(Exception):
    """The server closed the connection before the response was complete."""


class Head(NamedTuple):
    """Status line and fields, understood. `size` counts its bytes, the empty line included.

    `length` is the body's length where the head tells it (0 for a status without body); None with `chunked`, and
    None without it when the body ends where the connection does.
    """

    size: int
    status: int
    length: int | None
    chunked: bool
    close: bool
    media_type: str


class Response(NamedTuple):
    """A complete response. `size`: all its bytes as received, interim responses included."""

    head: Head
    body: bytes
    size: int


def parse_head(raw: bytes) -> Head:
    """Understand the bytes up to and with the empty line. Raises Malformed."""
    first, *lines = raw[:-4].split(b"\r\n")
    status_line = STATUS_LINE.fullmatch(first)
    if status_line is None:
        raise Malformed(f"no status line: {first[:80]!r}")
    fields = gathered(lines)
    status = int(status_line[2])
    codings, lengths = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if codings is not None and lengths is not None:
        raise Malformed("both Content-Length and Transfer-Encoding")
    if codings is not None and codings.lower() != b"chunked":
        raise Malformed(f"Transfer-Encoding {codings[:80]!r} was not asked for")
    bodyless = status < 200 or status in BODYLESS
    length = 0 if bodyless else None if lengths is None else one_length(lengths)
    chunked = codings is not None and not bodyless
    options = fields.get(b"connection", b"").lower()
    close = b"close" in options or (status_line[1] == b"0" and b"keep-alive" not in options)
    media_type = fields.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
    return Head(len(raw), status, length, chunked, close or (length is None and not chunked), media_type)


def gathered(lines: list[bytes]) -> dict[bytes, bytes]:
    """Fields by lower-case name; a repeated one is joined with a comma (RFC 9110, 5.2)."""
    fields: dict[bytes, bytes] = {}
    for line in lines:
        field = FIELD.fullmatch(line)
        if field is None:
            raise Malformed(f"no header field: {line[:80]!r}")
        name, value = field[1].lower(), field[2].rstrip(b" \t")
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
    """Takes one response in pieces. A parser that has given its response, or raised, is done with."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._passed = 0  # bytes of interim responses
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
            raise ClosedEarly(f"after {self._passed + len(self._buffer)} bytes")
        return self._complete(head, bytes(self._buffer[head.size :]), len(self._buffer))

    def _read_head(self) -> Head | None:
        buffer = self._buffer
        while True:
            if not buffer.startswith(BEGINNING[: len(buffer)]):
                raise Malformed(f"not HTTP/1: {bytes(buffer[:80])!r}")
            end = buffer.find(b"\r\n\r\n", 0, MAX_HEAD)
            if end < 0:
                if len(buffer) >= MAX_HEAD:
                    raise Malformed(f"a header of more than {MAX_HEAD} bytes")
                return None
            head = parse_head(bytes(buffer[: end + 4]))
            if head.status >= 200:
                return head
            if head.status == 101:
                raise Malformed("101 Switching Protocols was not asked for")
            del buffer[: head.size]
            self._passed += head.size
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
        gathered([line for line in bytes(buffer[self._at : end]).split(b"\r\n") if line])
        return end + 4
