"""The bare ASGI callable: the floor that the cost of each framework is told from. Only what the contract forces."""

import json as encoder
from urllib.parse import parse_qs

from harness_data import TEMPLATES, row_count
from harness_data import asynchronous as data
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
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
}
REQUESTS = {"/validate": validate, "/auth": auth, "/upload": upload}
"""Those that need more of the request than its query, and may refuse it."""


async def app(scope, receive, send) -> None:
    if scope["type"] != "http":
        raise NotImplementedError(f"no {scope['type']} here")  # the specification's answer to a lifespan not supported
    status = 200
    if handler := REQUESTS.get(scope["path"]):
        status, value = await handler(scope, receive)
        content_type, body = as_json(value)
    else:
        content_type, body = await ROUTES[scope["path"]](scope["query_string"])
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
