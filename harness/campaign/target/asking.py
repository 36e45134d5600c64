"""What is asked of a service: one source, named by a person, or what the service says of itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.catalog.requests.access_log import requests_of_log
from harness.catalog.requests.file import read_requests
from harness.catalog.requests.found import FoundRequests
from harness.catalog.requests.har import requests_of_har
from harness.catalog.requests.inline import inline_requests
from harness.catalog.requests.openapi import requests_of_openapi
from harness.model.errors import UsageError

DESCRIBED_IN: Final = "docs/requests.md"


@dataclass(frozen=True)
class Wanted:
    """`inline`, `expected`: of the command line. `openapi`: a file, or a path of the service itself that begins with
    a slash and is no file. `unsafe`: also what may change something. `connections`: that ask at a time."""

    inline: tuple[str, ...] = ()
    expected: tuple[int, ...] = ()
    file: Path | None = None
    openapi: str | None = None
    har: Path | None = None
    access_log: Path | None = None
    unsafe: bool = False
    connections: int = 64
