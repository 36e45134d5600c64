"""Litestar, as its documentation writes it: handlers that return plain data, which it serialises, or a template."""

from harness_data import TEMPLATES, World, events, row_count
from harness_data import asynchronous as data
from litestar import Litestar, MediaType, WebSocket, get, websocket
from litestar.contrib.jinja import JinjaTemplateEngine
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


app = Litestar(
    [json, plaintext, db, queries, fortunes, updates, cached_worlds, stream, echo],
    template_config=TemplateConfig(directory=TEMPLATES, engine=JinjaTemplateEngine),
)
