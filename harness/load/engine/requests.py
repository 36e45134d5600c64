"""Requests made ready once, so that sending one is a single system call."""

from harness.model.load import Target
from harness.model.scenario import Level, Request

AGENT = "harness-load"


def prepared(request: Request, target: Target, level: Level) -> bytes:
    """The bytes of `request` at `level`, as sent to `target`.

    A target that keeps no connection alive is told `Connection: close`. Headers that the request names itself win.
    """
    request = request.at(level)
    body = request.body.encode()
    host = f"[{target.host}]" if ":" in target.host else target.host
    headers = {"Host": f"{host}:{target.port}", "User-Agent": AGENT, "Accept": "*/*"}
    if not target.keep_alive:
        headers["Connection"] = "close"
    if body or request.method == "POST":
        headers["Content-Length"] = str(len(body))
    given = {name.lower() for name in request.headers}
    headers = {name: value for name, value in headers.items() if name.lower() not in given} | request.headers
    lines = [f"{request.method} {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
