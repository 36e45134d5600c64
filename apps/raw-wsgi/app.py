"""The bare WSGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from collections.abc import Iterable, Iterator
from functools import cache, partial
from urllib.parse import parse_qs

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, asked
from harness_data.layers import ROUTES as TABLES
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
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


def wait(query: str) -> tuple[str, bytes]:
    return as_json(upstream.asked(parse_qs(query)["key"][0]))


def mixed(query: str) -> tuple[str, bytes]:
    asked = parse_qs(query)
    return as_json(computed(int(asked["work"][0]), int(asked["seed"][0])))


def as_json(value: object) -> tuple[str, bytes]:
    return "application/json", encoder.dumps(value).encode()


def rows_wanted(query: str, name: str) -> int:
    return row_count(parse_qs(query).get(name, [None])[0])


@cache
def stack(n: int):
    """`n` callables around the one that answers how many were passed."""
    app = passed if n in MIDDLEWARES else missing
    for _ in range(n):
        app = counting(app)
    return app


def counting(app):
    def middleware(environ, start_response):
        environ["passed"] = environ.get("passed", 0) + 1
        return app(environ, start_response)

    return middleware


def passed(environ, start_response) -> list[bytes]:
    return answer(start_response, "text/plain; charset=utf-8", b"%d" % environ.get("passed", 0))


def missing(_, start_response) -> list[bytes]:  # to an exception uWSGI gives no answer at all
    return answer(start_response, "text/plain; charset=utf-8", b"", "404 Not Found")


@cache
def table(n: int):
    return {f"/routes/{n}/{k}/items": partial(item, k) for k in range(1, n + 1)}


def item(k: int, name: str, start_response) -> list[bytes]:
    return answer(start_response, "text/plain; charset=utf-8", f"{k} {name}".encode())


def beyond(environ, start_response) -> list[bytes]:
    path = environ["PATH_INFO"]
    route, _, name = path.rpartition("/")
    if found := table(asked(path, TABLES)).get(route):
        return found(name, start_response)
    return stack(asked(path, MIDDLEWARES) if route == "/middleware" else -1)(environ, start_response)


def stream(query: str, start_response) -> Iterator[bytes]:
    wanted = parse_qs(query)
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return map(str.encode, events.streamed(wanted["seed"][0], wanted.get("pause_ms", [None])[0]))


ROUTES = {
    "/json": json,
    "/plaintext": plaintext,
    "/db": db,
    "/queries": queries,
    "/updates": updates,
    "/cached-worlds": cached_worlds,
    "/fortunes": fortunes,
    "/wait": wait,
    "/mixed": mixed,
}
REQUESTS = {"/validate": validate, "/auth": auth, "/upload": upload}
"""Those that need more of the request than its query, and may refuse it."""


def app(environ, start_response) -> Iterable[bytes]:
    if route := ROUTES.get(environ["PATH_INFO"]):
        return answer(start_response, *route(environ.get("QUERY_STRING", "")))
    if handler := REQUESTS.get(environ["PATH_INFO"]):
        status, value = handler(environ)
        return answer(start_response, *as_json(value), status)
    if environ["PATH_INFO"] == "/stream":
        return stream(environ["QUERY_STRING"], start_response)
    return beyond(environ, start_response)


def answer(start_response, content_type: str, body: bytes, status: str = "200 OK") -> list[bytes]:
    start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
