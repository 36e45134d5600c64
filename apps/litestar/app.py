"""Litestar, as its documentation writes it: handlers that return plain data, which it serialises, or a template."""

from functools import cache

from harness_data import TEMPLATES, World, row_count
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from litestar import Litestar, MediaType, Request, asgi, get
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.middleware import ASGIMiddleware
from litestar.response import Template
from litestar.template.config import TemplateConfig
from litestar.types import Receive, Scope, Send


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
async def stacks(scope: Scope, receive: Receive, send: Send) -> None:
    scope["path"] = scope["raw_path"].decode()
    await stack(asked(scope["path"], MIDDLEWARES))(scope, receive, send)


@asgi("/routes", is_mount=True, copy_scope=True)
async def tables(scope: Scope, receive: Receive, send: Send) -> None:
    scope["path"] = scope["raw_path"].decode()
    await table(asked(scope["path"], ROUTES))(scope, receive, send)


app = Litestar(
    [json, plaintext, db, queries, fortunes, updates, cached_worlds, stacks, tables],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
)
