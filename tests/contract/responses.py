"""Right responses, to be made wrong in one way by a test."""

from email.utils import formatdate

from harness.contract.response import Response
from harness.model.asked.request import Expectation, Level

NOW = 1_800_000_000.0
LEVEL = Level(connections=64)
HELLO = Expectation(content_type="application/json", form="json", body='{"message":"Hello, World!"}', fixed=True)
TEXT = Expectation(content_type="text/plain", form="text", body="Hello, World!")
PAGE = Expectation(content_type="text/html; charset=utf-8", form="html")


def response(body: bytes = b'{"message": "Hello, World!"}', status: int = 200, **headers: str | None) -> Response:
    """A right response, with headers replaced by keyword (`content_type="..."`), or left out by None."""
    right: dict[str, str | None] = {
        "server": "fake",
        "date": formatdate(NOW, usegmt=True),
        "content-type": "application/json",
        "content-length": str(len(body)),
    }
    wanted = right | {name.replace("_", "-"): value for name, value in headers.items()}
    kept = tuple((name, value) for name, value in wanted.items() if value is not None)
    return Response(status=status, headers=kept, body=body, received_at=NOW)
