"""Litestar, as its documentation writes it: handlers that return plain data, which it serialises, or a template."""

from functools import cache

from harness_data import TEMPLATES, World, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.orders import Order
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest_as_it_comes
from harness_data.work import computed
from litestar import Litestar, MediaType, Request, WebSocket, asgi, get, post, websocket
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.exceptions import NotAuthorizedException
from litestar.middleware import ASGIMiddleware
from litestar.response import Stream, Template
from litestar.template.config import TemplateConfig


@get("/json")
async def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@get("/plaintext", media_type=MediaType.TEXT)
async def plaintext() -> str:
    return "Hello, World!"


@get("/db")
async def db() -> World:
    return await data.random_world()


@get("/queries")
async def queries(queries: str | None = None) -> list[World]:
    return await data.random_worlds(row_count(queries))


@get("/fortunes")
async def fortunes() -> Template:
    return Template("fortunes.html", context={"fortunes": await data.fortunes()})


@get("/updates")
async def updates(queries: str | None = None) -> list[World]:
    return await data.updated_worlds(row_count(queries))


@get("/cached-worlds")
async def cached_worlds(count: str | None = None) -> list[World]:
    return await data.cached_worlds(row_count(count))


@post("/validate", status_code=200)
async def validate(data: Order) -> Order:
    return data


@get("/auth")
async def auth(request: Request) -> World:
    user = user_of(request.headers.get("Authorization"))
    row = await data.world(user) if user else None
    if row is None:
        raise NotAuthorizedException
    return row


@post("/upload", status_code=200)
async def upload(request: Request) -> Digest:
    return await digest_as_it_comes(request.stream())


class Counting(ASGIMiddleware):
    async def handle(self, scope, receive, send, next_app) -> None:
        scope["passed"] = scope.get("passed", 0) + 1
        await next_app(scope, receive, send)


async def passed(request: Request) -> str:
    return str(request.scope.get("passed", 0))


@cache
def stack(n: int) -> Litestar:
    return Litestar([get(f"/middleware/{n}", media_type=MediaType.TEXT)(passed)], middleware=[Counting()] * n)


def item_of(k: int):
    async def item(name: str) -> str:
        return f"{k} {name}"

    return item


@cache
def table(n: int) -> Litestar:
    paths = [(k, f"/routes/{n}/{k}/items/{{name:str}}") for k in range(1, n + 1)]
    return Litestar([get(path, media_type=MediaType.TEXT)(item_of(k)) for k, path in paths])


@asgi("/middleware", is_mount=True, copy_scope=True)
async def stacks(scope, receive, send) -> None:
    scope["path"] = scope["raw_path"].decode()
    await stack(asked(scope["path"], MIDDLEWARES))(scope, receive, send)


@asgi("/routes", is_mount=True, copy_scope=True)
async def tables(scope, receive, send) -> None:
    scope["path"] = scope["raw_path"].decode()
    await table(asked(scope["path"], ROUTES))(scope, receive, send)


@get("/wait")
async def wait(key: str) -> upstream.Answer:
    return await upstream.awaited(key)


@get("/stream")
async def stream(seed: str, pause_ms: str | None = None) -> Stream:
    return Stream(events.streaming(seed, pause_ms), media_type="text/event-stream")


@websocket("/websocket")
async def echo(socket: WebSocket) -> None:
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])


@get("/mixed")
async def mixed(work: int, seed: int) -> dict[str, int]:
    return computed(work, seed)


routes = [json, plaintext, db, queries, fortunes, updates, cached_worlds, wait, validate, auth, upload, mixed]
app = Litestar(
    [*routes, stream, echo, stacks, tables],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
)
