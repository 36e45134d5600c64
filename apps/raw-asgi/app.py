"""The bare ASGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count, upstream
from harness_data import asynchronous as data
from harness_data.work import computed
from jinja2 import Environment, FileSystemLoader

PAGE = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("fortunes.html")


async def json(_: bytes) -> tuple[bytes, bytes]:
    return as_json({"message": "Hello, World!"})


async def plaintext(_: bytes) -> tuple[bytes, bytes]:
    return b"text/plain; charset=utf-8", b"Hello, World!"


async def db(_: bytes) -> tuple[bytes, bytes]:
    return as_json(await data.random_world())


async def queries(query: bytes) -> tuple[bytes, bytes]:
    return as_json(await data.random_worlds(rows_wanted(query, "queries")))


async def updates(query: bytes) -> tuple[bytes, bytes]:
    return as_json(await data.updated_worlds(rows_wanted(query, "queries")))


async def cached_worlds(query: bytes) -> tuple[bytes, bytes]:
    return as_json(await data.cached_worlds(rows_wanted(query, "count")))


async def fortunes(_: bytes) -> tuple[bytes, bytes]:
    return b"text/html; charset=utf-8", PAGE.render(fortunes=await data.fortunes()).encode()


async def wait(query: bytes) -> tuple[bytes, bytes]:
    return as_json(await upstream.awaited(parse_qs(query.decode("latin-1"))["key"][0]))


async def mixed(query: bytes) -> tuple[bytes, bytes]:
    asked = parse_qs(query.decode("latin-1"))
    return as_json(computed(int(asked["work"][0]), int(asked["seed"][0])))


def as_json(value: object) -> tuple[bytes, bytes]:
    return b"application/json", encoder.dumps(value).encode()


def rows_wanted(query: bytes, name: str) -> int:
    return row_count(parse_qs(query.decode("latin-1")).get(name, [None])[0])


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


async def app(scope, receive, send) -> None:  # noqa: ARG001 - daphne passes all three by keyword
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    content_type, body = await ROUTES[scope["path"]](scope["query_string"])
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
