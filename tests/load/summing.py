"""The scenario of requests that a program makes, as docs/adding-a-scenario.md writes it, and servers that answer it."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from harness.catalog.scenarios import Scenario, find_scenarios
from tests.load.servers import Behaviour, Peer

DOCUMENT = Path(__file__).parents[2] / "docs" / "adding-a-scenario.md"
PREPARE = next(
    example
    for example in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    if "def prepare(" in example
)
MANIFEST = """
id = "sum"
title = "Sum"
about = "Two numbers are added."
levels = [{ connections = 8 }]
rank.at = { connections = 8 }
prepared.requests = 64
expect = { content_type = "application/json", form = "json" }
"""


def summing(folder: Path, manifest: str = MANIFEST, prepare: str | None = PREPARE) -> Scenario:
    """The scenario, written into `folder` and found there. Raises UsageError where it is at fault."""
    own = folder / "sum"
    own.mkdir(parents=True)
    (own / "scenario.toml").write_text(manifest)
    if prepare is not None:
        (own / "prepare.py").write_text(prepare)
    return find_scenarios(folder)[0]


def answer(status: str, body: str) -> bytes:
    head = f"HTTP/1.1 {status}\r\nServer: s\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def right(one: str, other: str) -> bytes:
    """Adds, or refuses what is no number and says which it was."""
    try:
        return answer("200 OK", f'{{"sum": {int(one) + int(other)}}}')
    except ValueError:
        return answer("422 Unprocessable Content", '{"wrong": "other"}')


def adding(answered: Callable[[str, str], bytes] = right) -> Behaviour:
    """Answers each request by its two parameters."""

    def behaviour(peer: Peer) -> None:
        while True:
            query = parse_qs(urlsplit(peer.path()).query)
            peer.send(answered(query["one"][0], query["other"][0]))

    return behaviour
