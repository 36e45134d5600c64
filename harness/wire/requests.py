"""Requests as bytes, and the order they are asked in.

Verifier, audit, readiness probe and load generator send the very same ones: nothing tells them apart.
"""

from collections.abc import Sequence

from harness.model.asked.request import Level, Request
from harness.model.measured.load import Target
from harness.wire.filling import filled

AGENT = "harness-load"


def prepared(request: Request, target: Target, level: Level | None = None) -> bytes:
    """The bytes of `request` as sent to `target`; at `level`, where its parameter is not filled in yet. Raises
    UsageError where the target lacks a value."""
    head, body = head_and_body(request, target, level)
    return head + body


def head_and_body(request: Request, target: Target, level: Level | None = None) -> tuple[bytes, bytes]:
    """The bytes of `request` up to and with the empty line, and those of its body.

    A target that keeps no connection alive is sent `Connection: close`. Headers that the request names itself win. The
    target's values are filled in: raises UsageError where that cannot be.
    """
    request = filled(request.at(level) if level else request, target.values)
    body = request.body.encode()
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {"Host": f"{host}:{target.port}", "User-Agent": AGENT, "Accept": "*/*"}
    if not target.keep_alive:
        headers["Connection"] = "close"
    if body or request.method in ("POST", "PUT", "PATCH"):
        headers["Content-Length"] = str(len(body))
    given = {name.lower() for name in request.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in given} | request.headers
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1"), body


def asks_to_close(request: Request, target: Target) -> bool:
    """Whether the request says that its connection ends with the answer."""
    options = [value for name, value in request.headers.items() if name.lower() == "connection"]
    asked = {option.strip().lower() for value in options for option in value.split(",")}
    return "close" in asked or (not options and not target.keep_alive)


def in_turn(weights: Sequence[int]) -> tuple[int, ...]:
    """A round in which place k comes weights[k] times, spread as evenly as can be (smooth weighted round robin: each
    turn goes to the one that is most overdue)."""
    if len(set(weights)) == 1:  # thousands of requests weigh the same, and each turn below looks at all of them
        return tuple(range(len(weights))) * weights[0]
    owed = [0] * len(weights)
    order: list[int] = []
    for _ in range(sum(weights)):
        owed = [due + weight for due, weight in zip(owed, weights, strict=True)]
        place = owed.index(max(owed))
        owed[place] -= sum(weights)
        order.append(place)
    return tuple(order)


def spread(size: int, count: int) -> list[int]:
    """So many places of a ring of `size`, all over it, so that many different requests are asked; by an odd step, so
    that what comes every 2nd, 4th or 16th time is neither missed nor met by all at the same moment."""
    step = size // count | 1
    return [place * step % size for place in range(count)]
