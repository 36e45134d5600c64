"""Starlette, as its documentation writes it: a list of routes to functions that return a response."""

from harness_data import TEMPLATES, events, row_count
from harness_data import asynchronous as data
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
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


async def stream(request: Request) -> StreamingResponse:
    asked = request.query_params
    return StreamingResponse(events.streaming(asked["seed"], asked.get("pause_ms")), media_type="text/event-stream")


async def websocket(socket: WebSocket) -> None:
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])


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
    ]
)
