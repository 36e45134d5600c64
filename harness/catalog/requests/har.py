"""Requests from a HAR file (HTTP Archive 1.2), saved from a browser."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from harness.catalog.fault import shown
from harness.catalog.requests.found import FoundRequests, LeftOut, bounded, left_out, shares_as_weights, status_alone
from harness.catalog.requests.reading import made_request, read_document
from harness.model.asked.request import Request
from harness.model.errors import UsageError
from harness.model.given_file import shortened
from harness.model.notice import Notice

MOST_BYTES: Final = 128 * 1024 * 1024
MOST_ENTRIES: Final = 50_000
SAFE: Final = ("GET", "HEAD")
HERE: Final = ("127.0.0.1", "localhost", "::1")
WHAT: Final = "a HAR file: in the browser's developer tools, network, save all as HAR"
# fmt: off
DROPPED: Final = frozenset({
    "host", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "connection", "keep-alive",
    "proxy-connection", "expect", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since",
    "if-range", "cache-control", "pragma", "accept-encoding", "user-agent", "referer", "dnt", "priority",
    "upgrade-insecure-requests", "http2-settings", "save-data"
})
# fmt: on
"""Of one connection (RFC 9110, 7.6.1), set by the harness, conditions on what the browser had, or its own habits."""


@dataclass(frozen=True)
class Entry:
    """One exchange. `authority`: host and port; empty where its URL has none."""

    method: str
    url: str
    authority: str
    host: str
    request: dict[str, Any]
    status: int


def from_har(path: Path, *, host: str | None = None, unsafe: bool = False) -> FoundRequests:
    """The requests of a browser to the service: of `host` (with or without port), else of this machine, else of the
    host that was asked most. GET and HEAD only, unless `unsafe`. Raises UsageError where nothing is left."""
    document = read_document(path, MOST_BYTES, WHAT)
    log = document.get("log")
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise UsageError("is no HAR: log.entries is not there", where=shown(path), mend=f"Give {WHAT}.")
    found = found_in(entries, host, unsafe)
    if not found.requests:
        reasons = "\n".join(f"  {one}" for one in found.left_out[:10])
        raise UsageError(
            "holds no request that can be asked" + (f":\n{reasons}" if reasons else ""),
            where=shown(path),
            mend="Name the service's host, or ask for methods beside GET and HEAD too.",
        )
    return found


def found_in(raw: Sequence[object], host: str | None, unsafe: bool) -> FoundRequests:
    entries = [_entry(one) for one in raw[:MOST_ENTRIES]]
    read = [entry for entry in entries if entry is not None]
    own = _own(read, host)
    dropped = list(_elsewhere(read, own))
    if len(read) < len(raw):
        dropped.append(left_out(f"{len(raw) - len(read):,} entries", "no request and response can be read from them"))
    counted: Counter[tuple[Any, ...]] = Counter()
    made: dict[tuple[Any, ...], Request] = {}
    for entry in read:
        if entry.authority != own:
            continue
        request = _made(entry, unsafe)
        if isinstance(request, LeftOut):
            dropped.append(request)
            continue
        key = (request.method, request.path, tuple(sorted(request.headers.items())), request.body)
        made.setdefault(key, request)
        counted[key] += 1
    weights = shares_as_weights([counted[key] for key in made])
    requests = tuple(
        request.model_copy(update={"weight": weight}) for request, weight in zip(made.values(), weights, strict=True)
    )
    notes = (
        (Notice(code="host-of-the-har", seen=f"requests to {shortened(own)} are taken for the service's"),)
        if own
        else ()
    )
    return bounded(FoundRequests(requests, (), tuple(dict.fromkeys(dropped)), notes))


def _entry(raw: object) -> Entry | None:
    """None where it is none."""
    request, response = (raw.get("request"), raw.get("response")) if isinstance(raw, dict) else (None, None)
    if not isinstance(request, dict) or not isinstance(response, dict):
        return None
    method, url, status = request.get("method"), request.get("url"), response.get("status")
    if (
        not isinstance(method, str)
        or not isinstance(url, str)
        or isinstance(status, bool)
        or not isinstance(status, int)
    ):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "") if parts.scheme in ("http", "https") else ""
        port = parts.port
    except ValueError:
        return None
    shown_host = f"[{host}]" if ":" in host else host
    authority = f"{shown_host}:{port}" if host and port else shown_host
    return Entry(method.upper(), url, authority, host, request, status)


def _own(entries: Sequence[Entry], host: str | None) -> str:
    """The service's own host and port; empty where there is none."""
    counts = Counter(entry.authority for entry in entries if entry.authority)
    if host is not None:
        wanted = host.lower()
        named = {entry.authority for entry in entries if wanted in (entry.authority, entry.host)}
        counts = Counter({one: count for one, count in counts.items() if one in named})
    elif here := {entry.authority for entry in entries if entry.host in HERE}:
        counts = Counter({one: count for one, count in counts.items() if one in here})
    return counts.most_common(1)[0][0] if counts else ""


def _elsewhere(entries: Sequence[Entry], own: str) -> Iterator[LeftOut]:
    """A line for each other host."""
    for authority, count in Counter(entry.authority for entry in entries if entry.authority != own).most_common():
        times = f"{count:,} requests" if count > 1 else "1 request"
        if authority:
            yield left_out(f"{times} to {authority}", "another host: requests go to 127.0.0.1 alone")
        else:
            yield left_out(f"{times} without a host", "data or code of the page itself")


def _made(entry: Entry, unsafe: bool) -> Request | LeftOut:
    try:
        return _request(entry, unsafe)
    except UnicodeError:
        return left_out(f"{entry.method} {entry.url}", "it holds half a character (a lone surrogate)")


def _request(entry: Entry, unsafe: bool) -> Request | LeftOut:
    parts = urlsplit(entry.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = f"{entry.method} {path}"
    if entry.method not in SAFE and not unsafe:
        return left_out(asked, "only GET and HEAD are asked, unless others are asked for")
    status = 200 if entry.status == 304 else entry.status  # an answer to a condition, which is not asked here
    if status < 200 or status >= 500:
        return left_out(asked, f"the browser was answered with {status}" if status else "the browser got no answer")
    body = _body(entry.request.get("postData"))
    if isinstance(body, str):
        headers = _headers(entry.request)
        expect = status_alone(status)
        return made_request(asked, method=entry.method, path=path, headers=headers, body=body, expect=expect)
    return left_out(asked, "its body cannot be read")


def _headers(request: dict[str, Any]) -> dict[str, str]:
    """Those that say something to the application. One that comes twice is joined (RFC 9110, 5.2; cookies RFC 6265)."""
    found: dict[str, str] = {}
    for name, value in _pairs(request.get("headers")):
        lower = name.lower()
        if lower in DROPPED or lower.startswith(("sec-", ":", "proxy-")):
            continue
        same = next((known for known in found if known.lower() == lower), None)
        if same is None:
            found[name] = value
        else:
            found[same] += ("; " if lower == "cookie" else ", ") + value
    return found


def _body(data: object) -> str | None:
    """What was sent; empty where nothing was, None where that cannot be read."""
    if data is None:
        return ""
    if not isinstance(data, dict):
        return None
    text = data.get("text")
    if isinstance(text, str) and (text or not data.get("params")):
        return text if data.get("encoding") is None else None
    return urlencode(list(_pairs(data.get("params"))))


def _pairs(listed: object) -> Iterator[tuple[str, str]]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and isinstance(one.get("name"), str) and isinstance(one.get("value"), str):
            yield one["name"], one["value"]
