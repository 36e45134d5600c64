"""The bare WSGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count, upstream
from harness_data import sync as data
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


def wait(query: str) -> tuple[str, bytes]:
    return as_json(upstream.asked(parse_qs(query)["key"][0]))


def mixed(query: str) -> tuple[str, bytes]:
    asked = parse_qs(query)
    return as_json(computed(int(asked["work"][0]), int(asked["seed"][0])))


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
    "/wait": wait,
    "/mixed": mixed,
}


def app(environ, start_response) -> list[bytes]:
    route = ROUTES.get(environ["PATH_INFO"])
    if route is None:  # to an exception uWSGI gives no answer at all
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return [b""]
    content_type, body = route(environ.get("QUERY_STRING", ""))
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
