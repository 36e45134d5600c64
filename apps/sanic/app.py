"""Sanic, as its guide writes it: decorated functions that return what `json`, `text` and `html` make.

Served by its own server as https://sanic.dev/en/guide/running/running.html shows: a manager and its workers. That is
`app.run`, since the command `sanic` has no option for the backlog.
"""

import sys

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from jinja2 import Environment, FileSystemLoader
from sanic import Blueprint, HTTPResponse, Request, Sanic, html, json, text
from sanic.exceptions import SanicException, Unauthorized

app = Sanic("harness")
templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True)


@app.get("/json")
async def message(_: Request) -> HTTPResponse:
    return json({"message": "Hello, World!"})


@app.get("/plaintext")
async def plaintext(_: Request) -> HTTPResponse:
    return text("Hello, World!")


@app.get("/db")
async def db(_: Request) -> HTTPResponse:
    return json(await data.random_world())


@app.get("/queries")
async def queries(request: Request) -> HTTPResponse:
    return json(await data.random_worlds(row_count(request.args.get("queries"))))


@app.get("/updates")
async def updates(request: Request) -> HTTPResponse:
    return json(await data.updated_worlds(row_count(request.args.get("queries"))))


@app.get("/cached-worlds")
async def cached_worlds(request: Request) -> HTTPResponse:
    return json(await data.cached_worlds(row_count(request.args.get("count"))))


@app.get("/fortunes")
async def fortunes(_: Request) -> HTTPResponse:
    return html(templates.get_template("fortunes.html").render(fortunes=await data.fortunes()))


@app.get("/wait")
async def wait(request: Request) -> HTTPResponse:
    return json(await upstream.awaited(request.args.get("key")))


@app.post("/validate")
async def validate(request: Request) -> HTTPResponse:
    try:
        return json(normalised(request.json))
    except InvalidOrder as error:
        raise SanicException(str(error), status_code=422) from error


@app.get("/auth")
async def auth(request: Request) -> HTTPResponse:
    user = user_of(request.headers.get("Authorization"))
    row = await data.world(user) if user else None
    if row is None:
        raise Unauthorized("this token proves no user", scheme="Bearer")
    return json(row)


@app.post("/upload", stream=True)
async def upload(request: Request) -> HTTPResponse:
    return json(await digest_as_it_comes(request.stream))


@app.get("/mixed")
async def mixed(request: Request) -> HTTPResponse:
    return json(computed(int(request.args.get("work")), int(request.args.get("seed"))))


@app.get("/stream")
async def stream(request: Request) -> None:
    response = await request.respond(content_type="text/event-stream")
    async for event in events.streaming(request.args.get("seed"), request.args.get("pause_ms")):
        await response.send(event)
    await response.eof()


@app.websocket("/websocket")
async def websocket(_: Request, socket) -> None:
    while (received := await socket.recv()) is not None:
        await socket.send(received)


def counting():
    """A function of its own for each middleware: Sanic would run one that is attached twice only once."""

    async def count(request: Request) -> None:
        request.ctx.passed = getattr(request.ctx, "passed", 0) + 1

    return count


async def passed(request: Request) -> HTTPResponse:
    return text(str(getattr(request.ctx, "passed", 0)))


for n in MIDDLEWARES:
    stack = Blueprint(f"stack-{n}", url_prefix=f"/middleware/{n}")
    stack.add_route(passed, "/")
    for _ in range(n):
        stack.on_request(counting())
    app.blueprint(stack)


if __name__ == "__main__":
    _, host, port, workers = sys.argv
    app.run(host, int(port), workers=int(workers), backlog=4096, access_log=False, motd=False)
