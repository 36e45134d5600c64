"""The headers every response must carry (docs/contract.md)."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from harness.contract.pace import OLDEST_DATE_S, oldest_date_s
from harness.contract.response import Response, clipped
from harness.model.fault import Fault

NEWEST_DATE_S = 2.0


def header_faults(
    response: Response,
    content_type: str,
    *,
    dated: bool = True,
    named: bool = True,
    codings: Collection[str] = (),
    bodyless: bool = False,
) -> Iterator[Fault]:
    """Everything that is wrong with a response's headers. Of a server that is not `dated` no Date is asked, of
    one that is not `named` no Server.

    `codings`: the compressions that were asked for. `bodyless`: no body was to come, whatever the headers say of one.
    An empty `content_type` asks for none.
    """
    if named:
        yield from _server(response)
    if dated:
        yield from _date(response)
    if content_type:
        yield from _content_type(response, content_type)
    if not bodyless:
        yield from _framing(response)
    yield from _compression(response, codings)


def coding_of(response: Response) -> str:
    """How the body is compressed; empty where it is not."""
    coding = ", ".join(response.all_of("content-encoding")).strip()
    return "" if coding.lower() == "identity" else coding


@lru_cache(maxsize=64)
def parsed_date(text: str) -> datetime | None:
    """The moment an HTTP date names; None where it is not one (RFC 9110, section 5.6.7, IMF-fixdate)."""
    try:
        moment = parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if format_datetime(moment, usegmt=True) == text else None


def _single(response: Response, name: str) -> str | Fault:
    values = response.all_of(name.lower())
    if len(values) == 1 and values[0].strip():
        return values[0]
    seen = " and ".join(clipped(value.strip()) or "an empty one" for value in values) or "none"
    return Fault(code="header-missing", what=f"header {name}", expected="one", seen=seen)


def _server(response: Response) -> Iterator[Fault]:
    if isinstance(server := _single(response, "Server"), Fault):
        yield server


def _date(response: Response) -> Iterator[Fault]:
    date = _single(response, "Date")
    if isinstance(date, Fault):
        yield date
        return
    moment = parsed_date(date)
    if moment is None:
        expected = "such as Sun, 06 Nov 1994 08:49:37 GMT"
        yield Fault(code="date-malformed", what="header Date", expected=expected, seen=clipped(date))
        return
    age_s = response.received_at - moment.timestamp()
    # Where answers take long, the server may note the time when the request comes, or renew it rarely: it is slow, and
    # its date is not wrong.
    if not -NEWEST_DATE_S <= age_s <= oldest_date_s(response.took_s):
        expected, seen = f"at most {OLDEST_DATE_S:.0f} s old", f"{clipped(date)}, {age_s:.0f} s old"
        yield Fault(code="date-stale", what="header Date is not of now", expected=expected, seen=seen)


def _content_type(response: Response, wanted: str) -> Iterator[Fault]:
    """The media type is the wanted one; a charset is UTF-8, and only optional where none is wanted."""
    given = _single(response, "Content-Type")
    if isinstance(given, Fault):
        yield given
        return
    (media, charset), (wanted_media, wanted_charset) = _media(given), _media(wanted)
    allowed = (wanted_charset,) if wanted_charset else (None, "utf-8")
    if media != wanted_media or charset not in allowed:
        yield Fault(code="content-type-differs", what="header Content-Type", expected=wanted, seen=clipped(given))


@lru_cache(maxsize=64)
def _media(text: str) -> tuple[str, str | None]:
    message = Message()
    message["Content-Type"] = text
    charset = message.get_content_charset()
    return text.partition(";")[0].strip().lower(), charset


def _framing(response: Response) -> Iterator[Fault]:
    """The body's end is given by its length or by chunks, in just one way, and rightly."""
    lengths, codings = response.all_of("content-length"), response.all_of("transfer-encoding")
    if bool(lengths) == bool(codings):
        expected, seen = "either Content-Length or Transfer-Encoding", "both" if lengths else "neither"
        yield Fault(code="framing-unclear", what="the body's length", expected=expected, seen=seen)
    # One that comes twice alike is one (RFC 9110, 8.6).
    if lengths and {part.strip() for value in lengths for part in value.split(",")} != {str(len(response.body))}:
        what, expected = "the body does not have its Content-Length", clipped(", ".join(lengths))
        yield Fault(code="length-differs", what=what, expected=expected, seen=f"{len(response.body)} bytes")


def _compression(response: Response, codings: Collection[str]) -> Iterator[Fault]:
    coding = coding_of(response)
    if coding and coding.lower() not in codings:
        what = "the body is compressed, which was not asked for" if not codings else "the body is compressed otherwise"
        expected = " or ".join(codings) or "no Content-Encoding"
        yield Fault(code="compression-unasked", what=what, expected=expected, seen=clipped(coding))
