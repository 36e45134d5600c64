"""A file of requests: bodies, headers, weights, right answers, and values that are captured first."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from harness.catalog.document import Document, all_faults, read
from harness.catalog.fault import ManifestFault, refuse
from harness.catalog.requests.found import FoundRequests, bounded, is_json_type
from harness.catalog.requests.secrets import variable_of
from harness.model.asked.request import MOST_SCHEMA, Asked, Expectation, Form, Request, Step, uncaptured
from harness.model.record import Record

DESCRIBED_IN: Final = "docs/requests.md"
MOST_BYTES: Final = 8 * 1024 * 1024
SET_BY_THE_HARNESS: Final = frozenset({"content-length", "transfer-encoding"})


class Wanted(Record):
    """A right answer. `expect = 200` is written for `{ status = 200 }`.

    Without `form`: `json` where the content type is one of JSON or a schema is given, else `text`. A body that is not
    given is learned, unless the form is `any`.
    """

    status: int = Field(default=200, ge=200, le=599)
    content_type: str = Field(default="", max_length=200)
    form: Form | None = None
    body: str | None = None
    fixed: bool = False
    json_schema: str | None = Field(default=None, max_length=MOST_SCHEMA)


class FileRequest(Asked):
    weight: int = Field(default=1, ge=1, le=100)
    expect: Wanted | None = None


class RequestsFile(Record):
    before: tuple[Step, ...] = Field(default=(), max_length=50)
    requests: tuple[FileRequest, ...] = Field(min_length=1, max_length=10_000)


def from_file(path: Path, variables: Mapping[str, str] | None = None) -> FoundRequests:
    """The requests of a file. `{{name}}` stands for a captured value, else for that of a variable
    (harness.catalog.requests.secrets.variable_of). Raises UsageError that reports all its faults at once."""
    document = read(path, RequestsFile, prepare=_with_tables, most_bytes=MOST_BYTES)
    faults = all_faults(document, list(_faults(document, variables or {})) if document.raw else [])
    refuse(faults, DESCRIBED_IN, of="the file of requests")
    assert document.record is not None, "a document without a record has a fault"
    requests = tuple(_request(one) for one in document.record.requests)
    return bounded(FoundRequests(requests, document.record.before))


def _with_tables(raw: dict[str, Any]) -> dict[str, Any]:
    """`expect = 200` as a table. What is no list of tables is left for the model to refuse."""
    requests = raw.get("requests")
    if not isinstance(requests, list):
        return raw
    return raw | {"requests": [_with_table(one) if isinstance(one, dict) else one for one in requests]}


def _with_table(request: dict[str, Any]) -> dict[str, Any]:
    given = request.get("expect")
    return request | {"expect": {"status": given}} if isinstance(given, int) else request


def _faults(document: Document[RequestsFile], variables: Mapping[str, str]) -> Iterator[ManifestFault]:
    """What the model cannot see."""
    if document.record is None:
        return
    before, requests = document.record.before, document.record.requests
    for list_, asked in (("before", before), ("requests", requests)):
        for number, one in enumerate(asked):
            for name in one.headers:
                if name.lower() in SET_BY_THE_HARNESS:
                    yield document.fault(f"{list_}.{number}.headers.{name}", "is set by the harness", "remove it")
    for number, one in enumerate(requests):
        wanted = one.expect
        if wanted is None:
            continue
        if wanted.form == "any" and wanted.body is not None:
            key, what = f"requests.{number}.expect.form", '"any" looks at no body, and one is given'
            yield document.fault(key, what, "give another form, or no body")
        if wanted.fixed and wanted.body is None:
            yield document.fault(f"requests.{number}.expect.fixed", "fixed = true needs a body", "give the body")
        if wanted.json_schema is not None and not _is_json(wanted.json_schema):
            yield document.fault(f"requests.{number}.expect.json_schema", "is not JSON", "correct it")
    known = {name for one in (*before, *requests) for name in one.value_names if variable_of(name, variables)}
    for key, what, mend in uncaptured(before, requests, known):
        yield document.fault(key, what, mend)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _request(one: FileRequest) -> Request:
    expect = _expectation(one.expect) if one.expect else None
    return Request(
        method=one.method, path=one.path, headers=one.headers, body=one.body, weight=one.weight, expect=expect
    )


def _expectation(wanted: Wanted) -> Expectation:
    form = wanted.form or ("json" if wanted.json_schema or is_json_type(wanted.content_type) else "text")
    return Expectation(**(wanted.model_dump() | {"form": form}))
