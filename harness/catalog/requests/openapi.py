"""Requests from an OpenAPI 3 document: what it gives examples for."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from harness.catalog.fault import shown
from harness.catalog.requests.examples import NoExample, as_text, example_of, in_path, in_query
from harness.catalog.requests.found import FoundRequests, LeftOut, bounded, is_json_type, left_out, status_alone
from harness.catalog.requests.reading import made_request, read_document
from harness.catalog.requests.references import Document, Unresolved
from harness.contract.schemas import unusable
from harness.model.asked.request import Expectation, Request
from harness.model.errors import UsageError
from harness.model.given_file import shortened
from harness.model.notice import Notice

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_PATHS: Final = 5_000
MOST_NOTES: Final = 20
SAYS_NOTHING: Final = ("{}", "true")
GOOD: Final = re.compile(r"[23]\d{2}(?<!304)", re.ASCII)
WHAT: Final = "an OpenAPI 3 document: a FastAPI application serves its own at /openapi.json"
SAFE: Final = ("get", "head")
METHODS: Final = ("get", "head", "post", "put", "patch", "delete", "options")
IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")
SET_OTHERWISE: Final = frozenset({"accept", "content-type", "authorization"})
"""Names of header parameters that mean nothing (OpenAPI 3.1, 4.8.12.1)."""


class NotAsked(Exception):
    """Why an operation is not asked."""


def from_openapi(path: Path, *, unsafe: bool = False) -> FoundRequests:
    """A request for each operation whose parameters and body the document gives values for; GET and HEAD only, unless
    `unsafe`. Raises UsageError where the document cannot be read, or nothing in it can be asked."""
    root = read_document(path, MOST_BYTES, WHAT)
    if not str(root.get("openapi")).startswith("3."):
        seen = "is Swagger 2" if "swagger" in root else "is no OpenAPI document: openapi = 3 is not there"
        raise UsageError(seen, where=shown(path), mend=f"Give {WHAT}.")
    found = found_in(root, unsafe=unsafe)
    if not found.requests:
        reasons = "\n".join(f"  {one}" for one in found.left_out[:10])
        raise UsageError(
            "holds no operation that can be asked" + (f":\n{reasons}" if reasons else ""),
            where=shown(path),
            mend="Add examples to the document, or write a file of requests (docs/requests.md).",
        )
    return found


@dataclass(frozen=True)
class Operation:
    """A method of a path: what the document says of it, and of the path as a whole (`item`)."""

    path: str
    method: str
    own: dict[str, Any]
    item: dict[str, Any]

    @property
    def asked(self) -> str:
        return f"{self.method.upper()} {self.path}"


def found_in(root: dict[str, Any], *, unsafe: bool = False) -> FoundRequests:
    """What the document's operations give, in their order."""
    document = Document(root)
    paths = root.get("paths")
    listed = list(paths.items()) if isinstance(paths, dict) else []
    requests: list[Request] = []
    dropped: list[LeftOut] = []
    notes: list[Notice] = []
    for operation in (found for path, item in listed[:MOST_PATHS] for found in _operations(document, path, item)):
        made = operation if isinstance(operation, LeftOut) else _made(document, operation, unsafe, notes)
        if isinstance(made, LeftOut):
            dropped.append(made)
        else:
            requests.append(made)
    if len(listed) > MOST_PATHS:
        dropped.append(left_out(f"{len(listed) - MOST_PATHS:,} paths", f"only {MOST_PATHS:,} are read"))
    return bounded(FoundRequests(tuple(requests), (), tuple(dropped), tuple(notes[:MOST_NOTES])))


def _operations(document: Document, path: str, item: object) -> Iterator[Operation | LeftOut]:
    try:
        given = document.resolved(item)
    except Unresolved as error:
        yield left_out(path, str(error))
        return
    for method in METHODS if isinstance(given, dict) else ():
        if isinstance(given.get(method), dict):
            yield Operation(path, method, given[method], given)


def _made(document: Document, operation: Operation, unsafe: bool, notes: list[Notice]) -> Request | LeftOut:
    try:
        return _request(document, operation, unsafe, notes)
    except (NotAsked, NoExample, Unresolved) as error:
        return left_out(operation.asked, str(error))
    except UnicodeError:
        return left_out(operation.asked, "an example holds half a character (a lone surrogate)")


def _request(document: Document, operation: Operation, unsafe: bool, notes: list[Notice]) -> Request | LeftOut:
    """Raises NotAsked, NoExample, Unresolved, UnicodeError."""
    if operation.method not in SAFE and not unsafe:
        raise NotAsked("only GET and HEAD are asked, unless others are asked for")
    if needed := _security(document, operation.own):
        raise NotAsked(f"it needs authorization ({needed}): write a file of requests that logs in first")
    base = _base(document, operation.own, operation.item)
    parameters = _parameters(document, operation.own, operation.item)
    filled = _path(document, operation.path, parameters)
    query, headers = _query(document, parameters), _headers(document, parameters)
    body = ""
    if "requestBody" in operation.own:
        content_type, body = _body(document, operation.own["requestBody"])
        headers |= {"Content-Type": content_type} if content_type else {}
    target = base + filled + (f"?{'&'.join(query)}" if query else "")
    expect = _expected(document, operation, notes)
    method = operation.method.upper()
    return made_request(operation.asked, method=method, path=target, headers=headers, body=body, expect=expect)


def _security(document: Document, operation: dict[str, Any]) -> str:
    """Names of what authorizes; empty where none is needed."""
    wanted = operation.get("security", document.root.get("security"))
    if not isinstance(wanted, list) or not wanted or {} in wanted:
        return ""
    return " or ".join(sorted({" and ".join(map(str, one)) for one in wanted if isinstance(one, dict)}))


def _base(document: Document, operation: dict[str, Any], item: dict[str, Any]) -> str:
    """The path of the server; that of an operation on another host is not the application's. Raises NotAsked."""
    own = _server(document.root)
    for holder in (operation, item):
        if "servers" in holder:
            other = _server(holder)
            if other[0] and other[0] != own[0]:
                raise NotAsked(f"its server is {other[0]}: requests go to 127.0.0.1 alone")
            return other[1]
    return own[1]


def _server(holder: dict[str, Any]) -> tuple[str, str]:
    """Host and path of the first server; both empty where there is none. Raises NotAsked."""
    servers = holder.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else {}
    url = first.get("url") if isinstance(first, dict) else None
    if not isinstance(url, str):
        return "", ""
    variables = first.get("variables")

    def default(found: re.Match[str]) -> str:
        one = variables.get(found[1]) if isinstance(variables, dict) else None
        value = one.get("default") if isinstance(one, dict) else None
        return value if isinstance(value, str) else ""

    try:
        parts = urlsplit(IN_BRACES.sub(default, url))
    except ValueError:
        raise NotAsked(f"its server {url} is no address") from None
    path = parts.path.rstrip("/")
    return parts.netloc, path if path.startswith("/") or not path else f"/{path}"


def _parameters(document: Document, operation: dict[str, Any], item: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the operation win over those of its path (by name and place). Raises Unresolved."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for holder in (item, operation):
        listed = holder.get("parameters")
        for one in listed if isinstance(listed, list) else ():
            parameter = document.resolved(one)
            if isinstance(parameter, dict) and isinstance(parameter.get("name"), str):
                found[parameter["name"], str(parameter.get("in"))] = parameter
    return list(found.values())


def _value(document: Document, parameter: dict[str, Any]) -> Any:
    """Raises NoExample."""
    what = f"parameter {parameter['name']}"
    content = parameter.get("content")
    if not isinstance(content, dict):
        return example_of(document, parameter, what)
    for media, given in content.items():
        if isinstance(given, dict) and is_json_type(str(media)):
            return json.dumps(example_of(document, given, what), ensure_ascii=False)
    raise NoExample(f"{what} is written in a form that is not known here")


def _path(document: Document, path: str, parameters: list[dict[str, Any]]) -> str:
    """Raises NoExample."""
    if not path.startswith("/"):
        raise NoExample("it does not begin with /")
    values = {one["name"]: one for one in parameters if one.get("in") == "path"}

    def put_in(found: re.Match[str]) -> str:
        name = found[1]
        if name not in values:
            raise NoExample(f"parameter {name} is not described")
        if values[name].get("style", "simple") != "simple":
            raise NoExample(f"parameter {name} is written in a style that is not known here")
        return in_path(_value(document, values[name]), f"parameter {name}")

    pieces, at = [], 0
    for found in IN_BRACES.finditer(path):
        pieces += [quote(path[at : found.start()], safe="/:@!$&'()*+,;=~%-._"), put_in(found)]
        at = found.end()
    return "".join([*pieces, quote(path[at:], safe="/:@!$&'()*+,;=~%-._")])


def _query(document: Document, parameters: list[dict[str, Any]]) -> list[str]:
    """The required ones: what may be left out is. Raises NoExample."""
    asked = [one for one in parameters if one.get("in") == "query" and one.get("required") is True]
    return [pair for one in asked for pair in in_query(one, one["name"], _value(document, one))]


def _headers(document: Document, parameters: list[dict[str, Any]]) -> dict[str, str]:
    """The required ones, cookies too. Raises NoExample."""
    found: dict[str, str] = {}
    cookies: list[str] = []
    for one in parameters:
        if one.get("required") is not True or one.get("in") not in ("header", "cookie"):
            continue
        if one["in"] == "header" and one["name"].lower() in SET_OTHERWISE:
            continue
        value = _value(document, one)
        text = ",".join(map(as_text, value)) if isinstance(value, list) else as_text(value)
        if one["in"] == "cookie":
            cookies.append(f"{one['name']}={text}")
        else:
            found[one["name"]] = text
    return found | ({"Cookie": "; ".join(cookies)} if cookies else {})


def _body(document: Document, given: Any) -> tuple[str, str]:
    """Content type and body; both empty where it may be left out and has no example. Raises NoExample, Unresolved."""
    body = document.resolved(given)
    content = body.get("content") if isinstance(body, dict) else None
    if not isinstance(content, dict):
        return "", ""
    for media in sorted(map(str, content), key=lambda name: not is_json_type(name)):
        one = content.get(media)
        if not isinstance(one, dict):
            continue
        if is_json_type(media):
            return media, json.dumps(example_of(document, one, "its body"), ensure_ascii=False)
        if media == "application/x-www-form-urlencoded":
            fields = example_of(document, one, "its body")
            if isinstance(fields, str):
                return media, fields
            if isinstance(fields, Mapping):
                return media, urlencode({str(name): as_text(value) for name, value in fields.items()})
        elif media.startswith("text/"):
            return media, as_text(example_of(document, one, "its body"))
    raise NoExample(f"its body is {shortened(', '.join(map(str, content)), 80)}, which is not written here")


def _expected(document: Document, operation: Operation, notes: list[Notice]) -> Expectation | None:
    """The documented status of success, and the JSON schema of its body; None where none is documented."""
    responses = operation.own.get("responses")
    responses = responses if isinstance(responses, dict) else {}
    good = sorted(code for code in responses if GOOD.fullmatch(code))
    if not good:
        return None
    expect = status_alone(int(good[0]))
    try:
        schema = None if operation.method == "head" else _schema(document, responses[good[0]])
    except Unresolved as error:
        seen = shortened(f"{operation.asked}: its answers are not held against the document: {error}", 240)
        notes.append(Notice(code="schema-not-used", seen=seen))
        return expect
    if schema is None:
        return expect
    return expect.model_copy(update={"form": "json", "json_schema": schema if schema not in SAYS_NOTHING else None})


def _schema(document: Document, given: Any) -> str | None:
    """What the document says of the JSON of an answer. Raises Unresolved where that cannot be used."""
    response = document.resolved(given)
    content = response.get("content") if isinstance(response, dict) else None
    for media, one in content.items() if isinstance(content, dict) else ():
        if is_json_type(media) and isinstance(one, dict) and "schema" in one:
            schema = document.standalone(one["schema"])
            if why := unusable(schema):
                raise Unresolved(f"its JSON schema cannot be used: {why}")
            return schema
    return None
