"""aiohttp's own server framework, with a table of routes and Jinja2 by aiohttp-jinja2, as its documentation writes it:
https://docs.aiohttp.org/en/stable/web_quickstart.html, and https://docs.aiohttp.org/en/stable/deployment.html to run it
by itself (`python app.py HOST PORT`) or with gunicorn.
"""

import sys

import aiohttp_jinja2
from aiohttp import WSMsgType, web
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from jinja2 import FileSystemLoader

PASSED = web.RequestKey("PASSED", int)
routes = web.RouteTableDef()


@routes.get("/json")
async def json(_: web.Request) -> web.Response:
    return web.json_response({"message": "Hello, World!"})


@routes.get("/plaintext")
async def plaintext(_: web.Request) -> web.Response:
    return web.Response(text="Hello, World!")


@routes.get("/db")
async def db(_: web.Request) -> web.Response:
    return web.json_response(await data.random_world())


@routes.get("/queries")
async def queries(request: web.Request) -> web.Response:
    return web.json_response(await data.random_worlds(row_count(request.query.get("queries"))))


@routes.get("/updates")
async def updates(request: web.Request) -> web.Response:
    return web.json_response(await data.updated_worlds(row_count(request.query.get("queries"))))


@routes.get("/cached-worlds")
async def cached_worlds(request: web.Request) -> web.Response:
    return web.json_response(await data.cached_worlds(row_count(request.query.get("count"))))


@routes.get("/fortunes")
@aiohttp_jinja2.template("fortunes.html")
async def fortunes(_: web.Request) -> dict[str, object]:
    return {"fortunes": await data.fortunes()}


@routes.get("/wait")
async def wait(request: web.Request) -> web.Response:
    return web.json_response(await upstream.awaited(request.query["key"]))


@routes.post("/validate")
async def validate(request: web.Request) -> web.Response:
    try:
        return web.json_response(normalised(await request.json()))
    except InvalidOrder as error:
        raise web.HTTPUnprocessableEntity(text=str(error)) from error


@routes.get("/auth")
async def auth(request: web.Request) -> web.Response:
    user = user_of(request.headers.get("Authorization"))
    row = await data.world(user) if user else None
    if row is None:
        raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
    return web.json_response(row)


@routes.get("/stream")
async def stream(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    async for event in events.streaming(request.query["seed"], request.query.get("pause_ms")):
        await response.write(event.encode())
    await response.write_eof()
    return response


@routes.get("/websocket")
async def websocket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type == WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


@routes.post("/upload")
async def upload(request: web.Request) -> web.Response:
    return web.json_response(await digest_as_it_comes(request.content.iter_any()))


@routes.get("/mixed")
async def mixed(request: web.Request) -> web.Response:
    return web.json_response(computed(int(request.query["work"]), int(request.query["seed"])))


@web.middleware
async def counting(request: web.Request, handler):
    request[PASSED] = request.get(PASSED, 0) + 1
    return await handler(request)


async def passed(request: web.Request) -> web.Response:
    return web.Response(text=str(request.get(PASSED, 0)))


def stack(n: int) -> web.Application:
    """Once an application runs, nothing can be added to it."""
    nested = web.Application(middlewares=[counting] * n)
    nested.router.add_get("", passed)
    return nested


app = web.Application()
app.add_routes(routes)
for number in MIDDLEWARES:
    app.add_subapp(f"/middleware/{number}", stack(number))
aiohttp_jinja2.setup(app, loader=FileSystemLoader(TEMPLATES))

if __name__ == "__main__":
    web.run_app(app, host=sys.argv[1], port=int(sys.argv[2]), backlog=4096, keepalive_timeout=3600, access_log=None)
