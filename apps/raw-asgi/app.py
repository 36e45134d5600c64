"""The bare ASGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from functools import cache, partial
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, asked
from harness_data.layers import ROUTES as TABLES
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


def as_json(value: object) -> tuple[bytes, bytes]:
    return b"application/json", encoder.dumps(value).encode()


def rows_wanted(query: bytes, name: str) -> int:
    return row_count(parse_qs(query.decode("latin-1")).get(name, [None])[0])


@cache
def stack(n: int):
    """`n` callables around the one that answers how many were passed."""
    app = passed if n in MIDDLEWARES else missing
    for _ in range(n):
        app = counting(app)
    return app


def counting(app):
    async def middleware(scope, receive, send) -> None:
        scope["passed"] = scope.get("passed", 0) + 1
        await app(scope, receive, send)

    return middleware


async def passed(scope, _, send) -> None:
    await answer(send, b"text/plain; charset=utf-8", b"%d" % scope.get("passed", 0))


async def missing(_, __, send) -> None:
    await answer(send, b"text/plain; charset=utf-8", b"", 404)


@cache
def table(n: int):
    return {f"/routes/{n}/{k}/items": partial(item, k) for k in range(1, n + 1)}


async def item(k: int, name: str, send) -> None:
    await answer(send, b"text/plain; charset=utf-8", f"{k} {name}".encode())


async def beyond(scope, receive, send) -> None:
    path = scope["path"]
    route, _, name = path.rpartition("/")
    if found := table(asked(path, TABLES)).get(route):
        await found(name, send)
    else:
        await stack(asked(path, MIDDLEWARES) if route == "/middleware" else -1)(scope, receive, send)


ROUTES = {
    "/json": json,
    "/plaintext": plaintext,
    "/db": db,
    "/queries": queries,
    "/updates": updates,
    "/cached-worlds": cached_worlds,
    "/fortunes": fortunes,
}


async def app(scope, receive, send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    route = ROUTES.get(scope["path"])
    if route is None:
        await beyond(scope, receive, send)
        return
    content_type, body = await route(scope["query_string"])
    await answer(send, content_type, body)


async def answer(send, content_type: bytes, body: bytes, status: int = 200) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
