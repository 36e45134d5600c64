"""The bare ASGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from functools import cache, partial
from urllib.parse import parse_qs

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, asked
from harness_data.layers import ROUTES as TABLES
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
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


async def validate(_, receive) -> tuple[int, object]:
    try:
        return 200, normalised(encoder.loads(b"".join([piece async for piece in pieces(receive)])))
    except InvalidOrder as error:
        return 422, error.errors


async def auth(scope, _) -> tuple[int, object]:
    user = user_of(dict(scope["headers"]).get(b"authorization", b"").decode("latin-1"))
    row = await data.world(user) if user else None
    return (200, row) if row else (401, {"error": "a valid token is needed"})


async def upload(_, receive) -> tuple[int, object]:
    return 200, await digest_as_it_comes(pieces(receive))


async def pieces(receive):
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def wait(query: bytes) -> tuple[bytes, bytes]:
    return as_json(await upstream.awaited(parse_qs(query.decode("latin-1"))["key"][0]))


async def mixed(query: bytes) -> tuple[bytes, bytes]:
    asked = parse_qs(query.decode("latin-1"))
    return as_json(computed(int(asked["work"][0]), int(asked["seed"][0])))


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


async def stream(scope, send) -> None:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for event in events.streaming(query["seed"][0], query.get("pause_ms", [None])[0]):
        await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def websocket(receive, send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        await send({"type": "websocket.send", **({"bytes": message["bytes"]} if text is None else {"text": text})})


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


async def app(scope, receive, send) -> None:
    if scope["type"] == "websocket":
        await websocket(receive, send)
        return
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    if route := ROUTES.get(scope["path"]):
        await answer(send, *await route(scope["query_string"]))
    elif handler := REQUESTS.get(scope["path"]):
        status, value = await handler(scope, receive)
        await answer(send, *as_json(value), status)
    elif scope["path"] == "/stream":
        await stream(scope, send)
    else:
        await beyond(scope, receive, send)


async def answer(send, content_type: bytes, body: bytes, status: int = 200) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
