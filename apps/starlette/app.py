"""Starlette, as its documentation writes it: a list of routes to functions that return a response."""

from functools import cache, partial

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.templating import Jinja2Templates
from starlette.websockets import WebSocket

templates = Jinja2Templates(directory=TEMPLATES)


async def json(_: Request) -> JSONResponse:
    return JSONResponse({"message": "Hello, World!"})


async def plaintext(_: Request) -> PlainTextResponse:
    return PlainTextResponse("Hello, World!")


async def db(_: Request) -> JSONResponse:
    return JSONResponse(await data.random_world())


async def queries(request: Request) -> JSONResponse:
    return JSONResponse(await data.random_worlds(row_count(request.query_params.get("queries"))))


async def updates(request: Request) -> JSONResponse:
    return JSONResponse(await data.updated_worlds(row_count(request.query_params.get("queries"))))


async def cached_worlds(request: Request) -> JSONResponse:
    return JSONResponse(await data.cached_worlds(row_count(request.query_params.get("count"))))


async def fortunes(request: Request) -> Response:
    return templates.TemplateResponse(request, "fortunes.html", context={"fortunes": await data.fortunes()})


async def validate(request: Request) -> JSONResponse:
    try:
        return JSONResponse(normalised(await request.json()))
    except InvalidOrder as error:
        raise HTTPException(422, detail=str(error)) from error


async def auth(request: Request) -> JSONResponse:
    user = user_of(request.headers.get("Authorization"))
    row = await data.world(user) if user else None
    if row is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return JSONResponse(row)


async def upload(request: Request) -> JSONResponse:
    return JSONResponse(await digest_as_it_comes(request.stream()))


class Counting:
    """Pure ASGI, which Starlette's documentation recommends for what BaseHTTPMiddleware is not needed for."""

    def __init__(self, app) -> None:
        self.app = app

    async def __call__(self, scope, receive, send) -> None:
        scope["passed"] = scope.get("passed", 0) + 1
        await self.app(scope, receive, send)


async def passed(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(request.scope.get("passed", 0)))


@cache
def stack(n: int) -> Starlette:
    return Starlette(routes=[Route(f"/{n}", passed)], middleware=[Middleware(Counting)] * n)


async def item(k: int, request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{k} {request.path_params['name']}")


@cache
def table(n: int) -> Starlette:
    return Starlette(routes=[Route(f"/{n}/{k}/items/{{name}}", partial(item, k)) for k in range(1, n + 1)])


async def stacks(scope, receive, send) -> None:
    await stack(asked(scope["path"], MIDDLEWARES))(scope, receive, send)


async def tables(scope, receive, send) -> None:
    await table(asked(scope["path"], ROUTES))(scope, receive, send)


async def wait(request: Request) -> JSONResponse:
    return JSONResponse(await upstream.awaited(request.query_params["key"]))


async def stream(request: Request) -> StreamingResponse:
    wanted = request.query_params
    return StreamingResponse(events.streaming(wanted["seed"], wanted.get("pause_ms")), media_type="text/event-stream")


async def websocket(socket: WebSocket) -> None:
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])


async def mixed(request: Request) -> JSONResponse:
    return JSONResponse(computed(int(request.query_params["work"]), int(request.query_params["seed"])))


app = Starlette(
    routes=[
        Route("/json", json),
        Route("/plaintext", plaintext),
        Route("/db", db),
        Route("/queries", queries),
        Route("/updates", updates),
        Route("/cached-worlds", cached_worlds),
        Route("/fortunes", fortunes),
        Route("/stream", stream),
        WebSocketRoute("/websocket", websocket),
        Route("/validate", validate, methods=["POST"]),
        Route("/auth", auth),
        Route("/upload", upload, methods=["POST"]),
        Mount("/middleware", stacks),
        Mount("/routes", tables),
        Route("/wait", wait),
        Route("/mixed", mixed),
    ]
)
