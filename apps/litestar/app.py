"""Litestar, as its documentation writes it: handlers that return plain data, which it serialises, or a template."""

from harness_data import TEMPLATES, World, row_count, upstream
from harness_data import asynchronous as data
from harness_data.work import computed
from litestar import Litestar, MediaType, get
from litestar.contrib.jinja import JinjaTemplateEngine
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


@get("/wait")
async def wait(key: str) -> upstream.Answer:
    return await upstream.awaited(key)


@get("/mixed")
async def mixed(work: int, seed: int) -> dict[str, int]:
    return computed(work, seed)


app = Litestar(
    [json, plaintext, db, queries, fortunes, updates, cached_worlds, wait, mixed],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
)
