"""Litestar, as its documentation writes it: handlers that return plain data, which it serialises, or a template."""

from harness_data import TEMPLATES, World, row_count
from harness_data import asynchronous as data
from harness_data.orders import Order
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest_as_it_comes
from litestar import Litestar, MediaType, Request, get, post
from litestar.contrib.jinja import JinjaTemplateEngine
from litestar.exceptions import NotAuthorizedException
from litestar.response import Template
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


app = Litestar(
    [json, plaintext, db, queries, fortunes, updates, cached_worlds, validate, auth, upload],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
)
