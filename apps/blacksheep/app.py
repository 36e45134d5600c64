"""BlackSheep, as its documentation writes it: handlers for routes, and values of the request as their parameters.

Follows https://www.neoteroi.dev/blacksheep/getting-started/ and the pages it leads to.
"""

from collections.abc import AsyncIterable
from functools import cache

from blacksheep import Application, FromHeader, FromJSON, Request, Response, Router, get, json, post, text, ws
from blacksheep.exceptions import Unauthorized
from blacksheep.server.rendering.jinja2 import JinjaRenderer
from blacksheep.server.responses import view
from blacksheep.server.sse import ServerSentEvent, TextServerSentEvent
from blacksheep.server.websocket import WebSocket, WebSocketDisconnectError
from blacksheep.settings.html import html_settings
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.orders import Order
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.work import computed
from jinja2 import FileSystemLoader

html_settings.use(JinjaRenderer(FileSystemLoader(TEMPLATES)))
app = Application()


class FromAuthorization(FromHeader[str | None]):
    name = "Authorization"


@get("/json")
async def message() -> Response:
    return json({"message": "Hello, World!"})


@get("/plaintext")
async def plaintext() -> Response:
    return text("Hello, World!")


@get("/db")
async def db() -> Response:
    return json(await data.random_world())


@get("/queries")
async def queries(queries: str = "") -> Response:
    return json(await data.random_worlds(row_count(queries)))


@get("/updates")
async def updates(queries: str = "") -> Response:
    return json(await data.updated_worlds(row_count(queries)))


@get("/cached-worlds")
async def cached_worlds(count: str = "") -> Response:
    return json(await data.cached_worlds(row_count(count)))


@get("/fortunes")
async def fortunes() -> Response:
    return view("fortunes", {"fortunes": await data.fortunes()})


@get("/wait")
async def wait(key: str) -> Response:
    return json(await upstream.awaited(key))


@post("/validate")
async def validate(order: FromJSON[Order]) -> Response:
    return json(order.value)


@get("/auth")
async def auth(authorization: FromAuthorization) -> Response:
    user = user_of(authorization.value)
    row = await data.world(user) if user else None
    if row is None:
        raise Unauthorized
    return json(row)


@post("/upload")
async def upload(request: Request) -> Response:
    return json(await digest_as_it_comes(request.stream()))


@get("/mixed")
async def mixed(work: int, seed: int) -> Response:
    return json(computed(work, seed))


@get("/stream")
async def stream(seed: str, pause_ms: str = "") -> AsyncIterable[ServerSentEvent]:
    async for event in events.streaming(seed, pause_ms, as_sent):
        yield event


def as_sent(seed: int, number: int) -> ServerSentEvent:
    """The framework's own event. Its data is text: what BlackSheep serialises itself has no blanks."""
    return TextServerSentEvent(events.data(seed, number), id=str(number))


@ws("/websocket")
async def websocket(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            received = await socket.receive()
            if received.get("text") is not None:
                await socket.send_text(received["text"])
            else:
                await socket.send_bytes(received["bytes"])
    except WebSocketDisconnectError:
        return


class Counting:
    async def __call__(self, request: Request, handler) -> Response:
        request.scope["passed"] = request.scope.get("passed", 0) + 1
        return await handler(request)


async def passed(request: Request) -> Response:
    return text(str(request.scope.get("passed", 0)))


@cache
def stack(n: int) -> Application:
    stacked = Application(router=Router())
    stacked.router.add_get(f"/middleware/{n}", passed)
    for _ in range(n):
        stacked.middlewares.append(Counting())
    return stacked


def item_of(k: int):
    async def item(name: str) -> Response:
        return text(f"{k} {name}")

    return item


@cache
def table(n: int) -> Application:
    routed = Application(router=Router())
    for k in range(1, n + 1):
        routed.router.add_get(f"/routes/{n}/{k}/items/{{name}}", item_of(k))
    return routed


@get("/middleware/*")
async def stacks(request: Request) -> Response:
    return await handed_on(stack(asked(request.path, MIDDLEWARES)), request)


@get("/routes/*")
async def tables(request: Request) -> Response:
    return await handed_on(table(asked(request.path, ROUTES)), request)


async def handed_on(child: Application, request: Request) -> Response:
    """To an application of its own. Its documentation mounts such a child: every request of any route would then be
    held against the paths of all children first."""
    await child.start()
    return await child.handle(request)
