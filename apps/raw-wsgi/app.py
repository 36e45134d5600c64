"""The bare WSGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count
from harness_data import sync as data
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from jinja2 import Environment, FileSystemLoader

PAGE = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("fortunes.html")


def json(_: str) -> tuple[str, bytes]:
    return as_json({"message": "Hello, World!"})


def plaintext(_: str) -> tuple[str, bytes]:
    return "text/plain; charset=utf-8", b"Hello, World!"


def db(_: str) -> tuple[str, bytes]:
    return as_json(data.random_world())


def queries(query: str) -> tuple[str, bytes]:
    return as_json(data.random_worlds(rows_wanted(query, "queries")))


def updates(query: str) -> tuple[str, bytes]:
    return as_json(data.updated_worlds(rows_wanted(query, "queries")))


def cached_worlds(query: str) -> tuple[str, bytes]:
    return as_json(data.cached_worlds(rows_wanted(query, "count")))


def fortunes(_: str) -> tuple[str, bytes]:
    return "text/html; charset=utf-8", PAGE.render(fortunes=data.fortunes()).encode()


def validate(environ) -> tuple[str, object]:
    try:
        return "200 OK", normalised(encoder.loads(b"".join(body_of(environ))))
    except InvalidOrder as error:
        return "422 Unprocessable Content", error.errors


def auth(environ) -> tuple[str, object]:
    user = user_of(environ.get("HTTP_AUTHORIZATION"))
    row = data.world(user) if user else None
    return ("200 OK", row) if row else ("401 Unauthorized", {"error": "a valid token is needed"})


def upload(environ) -> tuple[str, object]:
    return "200 OK", digest(body_of(environ))


def body_of(environ):
    return pieces_of(environ["wsgi.input"], int(environ.get("CONTENT_LENGTH") or 0))


def as_json(value: object) -> tuple[str, bytes]:
    return "application/json", encoder.dumps(value).encode()


def rows_wanted(query: str, name: str) -> int:
    return row_count(parse_qs(query).get(name, [None])[0])


ROUTES = {
    "/json": json,
    "/plaintext": plaintext,
    "/db": db,
    "/queries": queries,
    "/updates": updates,
    "/cached-worlds": cached_worlds,
    "/fortunes": fortunes,
}
REQUESTS = {"/validate": validate, "/auth": auth, "/upload": upload}
"""Those that need more of the request than its query, and may refuse it."""


def app(environ, start_response) -> list[bytes]:
    status, route = "200 OK", ROUTES.get(environ["PATH_INFO"])
    if handler := REQUESTS.get(environ["PATH_INFO"]):
        status, value = handler(environ)
        content_type, body = as_json(value)
    elif route is None:  # to an exception uWSGI gives no answer at all
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]
    else:
        content_type, body = route(environ.get("QUERY_STRING", ""))
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
