"""The bare RSGI callable: the floor for granian's own interface. Only what the contract forces."""

import json as encoder
from functools import cache, partial
from urllib.parse import parse_qs

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import ROUTES as TABLES
from harness_data.layers import asked
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from jinja2 import Environment, FileSystemLoader

CLOSED, TEXT = 0, 2
"""Kinds of messages on a WebSocket, by the specification of RSGI."""
PAGE = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True).get_template("fortunes.html")


async def json(_: str) -> tuple[str, str]:
    return as_json({"message": "Hello, World!"})


async def plaintext(_: str) -> tuple[str, str]:
    return "text/plain; charset=utf-8", "Hello, World!"


async def db(_: str) -> tuple[str, str]:
    return as_json(await data.random_world())


async def queries(query: str) -> tuple[str, str]:
    return as_json(await data.random_worlds(rows_wanted(query, "queries")))


async def updates(query: str) -> tuple[str, str]:
    return as_json(await data.updated_worlds(rows_wanted(query, "queries")))


async def cached_worlds(query: str) -> tuple[str, str]:
    return as_json(await data.cached_worlds(rows_wanted(query, "count")))


async def fortunes(_: str) -> tuple[str, str]:
    return "text/html; charset=utf-8", PAGE.render(fortunes=await data.fortunes())


async def wait(query: str) -> tuple[str, str]:
    return as_json(await upstream.awaited(parse_qs(query)["key"][0]))


async def mixed(query: str) -> tuple[str, str]:
    wanted = parse_qs(query)
    return as_json(computed(int(wanted["work"][0]), int(wanted["seed"][0])))


async def validate(_, protocol) -> tuple[int, object]:
    try:
        return 200, normalised(encoder.loads(await protocol()))
    except InvalidOrder as error:
        return 422, error.errors


async def auth(scope, _) -> tuple[int, object]:
    user = user_of(scope.headers.get("authorization"))
    row = await data.world(user) if user else None
    return (200, row) if row else (401, {"error": "a valid token is needed"})


async def upload(_, protocol) -> tuple[int, object]:
    return 200, await digest_as_it_comes(protocol)


async def stream(scope, protocol) -> None:
    query = parse_qs(scope.query_string)
    transport = protocol.response_stream(200, [("content-type", "text/event-stream")])
    async for event in events.streaming(query["seed"][0], query.get("pause_ms", [None])[0]):
        await transport.send_str(event)


async def websocket(protocol) -> None:
    transport = await protocol.accept()
    while (message := await transport.receive()).kind != CLOSED:
        if message.kind == TEXT:
            await transport.send_str(message.data)
        else:
            await transport.send_bytes(message.data)


@cache
def table(n: int):
    return {f"/routes/{n}/{k}/items": partial(item, k) for k in range(1, n + 1)}


def item(k: int, name: str, protocol) -> None:
    protocol.response_str(200, [("content-type", "text/plain; charset=utf-8")], f"{k} {name}")


def beyond(path: str, protocol) -> None:
    route, _, name = path.rpartition("/")
    if found := table(asked(path, TABLES)).get(route):
        found(name, protocol)
    else:
        protocol.response_empty(404, [])


def as_json(value: object) -> tuple[str, str]:
    return "application/json", encoder.dumps(value)


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
REQUESTS = {"/validate": validate, "/auth": auth, "/upload": upload}
"""Those that need more of the request than its query, and may refuse it."""


async def app(scope, protocol) -> None:
    if scope.proto == "ws":
        await websocket(protocol)
    elif route := ROUTES.get(scope.path):
        content_type, body = await route(scope.query_string)
        protocol.response_str(200, [("content-type", content_type)], body)
    elif handler := REQUESTS.get(scope.path):
        status, value = await handler(scope, protocol)
        content_type, body = as_json(value)
        protocol.response_str(status, [("content-type", content_type)], body)
    elif scope.path == "/stream":
        await stream(scope, protocol)
    else:
        beyond(scope.path, protocol)
