"""What is asked of a service: one source that a person names, else what the service says of itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from harness.catalog.folders import is_file
from harness.catalog.requests.access_log import from_access_log
from harness.catalog.requests.file import from_file
from harness.catalog.requests.found import FoundRequests
from harness.catalog.requests.har import from_har
from harness.catalog.requests.inline import from_options
from harness.catalog.requests.openapi import from_openapi
from harness.contract.response import Response, clipped
from harness.model.asked.request import Request
from harness.model.asked.scenario import USUAL_CONNECTIONS
from harness.model.errors import TargetFailed, UsageError
from harness.model.measured.load import Target
from harness.model.notice import Notice
from harness.under_test.verify.capturing import DEADLINE_S, asked_once

DOCUMENT: Final = "/openapi.json"
"""Where FastAPI, Litestar and others offer theirs by default."""
SAFE: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Wanted:
    """`inline`, `expected`: of the command line. `openapi`: a file, or a path of the service itself. `unsafe`: also
    what may change something. `connections`: that ask at a time. `save`: the file that gets what is
    asked."""

    inline: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    file: Path | None = None
    openapi: str | None = None
    har: Path | None = None
    access_log: Path | None = None
    unsafe: bool = False
    connections: int = USUAL_CONNECTIONS
    save: Path | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """The options that were given for them."""
        given = {
            "--request": self.inline,
            "--requests": self.file,
            "--openapi": self.openapi,
            "--har": self.har,
            "--access-log": self.access_log,
        }
        return tuple(option for option, value in given.items() if value)


def found_offline(wanted: Wanted, variables: Mapping[str, str]) -> FoundRequests | None:
    """What needs no live service; None where it must be asked. Raises UsageError for what cannot be read, and for
    several sources."""
    if len(wanted.sources) > 1:
        raise UsageError(
            "what is asked comes from one source",
            where=", ".join(wanted.sources),
            mend="give one of them; --save-requests FILE writes what one gives, to be added to",
        )
    if wanted.expected and not wanted.inline:
        raise UsageError("says what is right, and no request is given", where="--expect", mend="give --request too")
    if wanted.inline:
        return from_options(wanted.inline, wanted.expected)
    if wanted.file:
        return from_file(wanted.file, variables)
    if wanted.har:
        return from_har(wanted.har, unsafe=wanted.unsafe)
    if wanted.access_log:
        return from_access_log(wanted.access_log)
    if wanted.openapi and not is_path(wanted.openapi):
        return from_openapi(Path(wanted.openapi), unsafe=wanted.unsafe)
    return None


def is_path(document: str) -> bool:
    """Whether it names a path of the service, not a file."""
    return document.startswith("/") and not is_file(Path(document))


def found_live(target: Target, wanted: Wanted, workdir: Path) -> FoundRequests:
    """By the OpenAPI document that the service offers; without one that was named, `GET /` is what is left.

    Raises TargetFailed where a document that was named is not there, UsageError where one cannot be read, or nothing is
    left to ask.
    """
    path = wanted.openapi or DOCUMENT
    answer = _asked(target, path)
    if isinstance(answer, Response) and answer.status == 200:
        document = workdir / "openapi.json"
        document.write_bytes(answer.body)
        found = from_openapi(document, unsafe=wanted.unsafe)
        seen = f"no request was named: asked is what {path} of the service offers"
        note = Notice(code="asked-by-document", seen=seen, mend="name requests: --request, --requests, --har")
        return found if wanted.openapi else replace(found, notes=(*found.notes, note))
    if wanted.openapi:
        what = f"status {answer.status}: {clipped(answer.body)}" if isinstance(answer, Response) else str(answer)
        raise TargetFailed(f"GET {path} gives no document: {what}", phase="verify", where="--openapi")
    root = _asked(target, "/")
    if isinstance(root, Response) and root.status < 400:
        note = Notice(
            code="asked-for-root",
            seen=f"no request was named, and there is no {DOCUMENT}: only GET / is asked",
            mend="name requests: --request 'GET /items/1'",
        )
        return FoundRequests((Request(path="/"),), notes=(note,))
    raise UsageError(
        f"nothing says what to ask: there is no {DOCUMENT}, and GET / is no page of it",
        where="--request",
        mend="name a request, such as --request 'GET /items/1'; other sources are in docs/requests.md",
    )


def _asked(target: Target, path: str) -> Response | object:
    return asyncio.run(asked_once(target, Request(path=path), DEADLINE_S))
