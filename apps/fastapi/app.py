"""FastAPI, as the first pages of its tutorial write it: path operations that return plain data.

No response model here: validating what goes out is a feature of its own, and belongs to an idiomatic variant.
"""

from functools import cache
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException, Request, WebSocket
from fastapi.responses import HTMLResponse, PlainTextResponse, StreamingResponse
from fastapi.templating import Jinja2Templates
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.orders import Order
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.work import computed

app = FastAPI()
templates = Jinja2Templates(directory=TEMPLATES)


@app.get("/json")
async def json():
    return {"message": "Hello, World!"}


@app.get("/plaintext", response_class=PlainTextResponse)
async def plaintext():
    return "Hello, World!"


@app.get("/db")
async def db():
    return await data.random_world()


# `str`, not `int`: to the contract a parameter that is no number means 1, not an error.
@app.get("/queries")
async def queries(queries: str | None = None):
    return await data.random_worlds(row_count(queries))


@app.get("/updates")
async def updates(queries: str | None = None):
    return await data.updated_worlds(row_count(queries))


@app.get("/cached-worlds")
async def cached_worlds(count: str | None = None):
    return await data.cached_worlds(row_count(count))


@app.get("/fortunes", response_class=HTMLResponse)
async def fortunes(request: Request):
    return templates.TemplateResponse(
        request=request, name="fortunes.html", context={"fortunes": await data.fortunes()}
    )


@app.post("/validate")
async def validate(order: Order) -> Order:
    return order


@app.get("/auth")
async def auth(authorization: Annotated[str | None, Header()] = None):
    user = user_of(authorization)
    row = await data.world(user) if user else None
    if row is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return row


@app.post("/upload")
async def upload(request: Request):
    return await digest_as_it_comes(request.stream())


async def count(request: Request, call_next):
    request.scope["passed"] = request.scope.get("passed", 0) + 1
    return await call_next(request)


async def passed(request: Request):
    return str(request.scope.get("passed", 0))


@cache
def stack(n: int) -> FastAPI:
    stacked = FastAPI()
    stacked.get(f"/{n}", response_class=PlainTextResponse)(passed)
    for _ in range(n):
        stacked.middleware("http")(count)
    return stacked


def item_of(k: int):
    async def item(name: str):
        return f"{k} {name}"

    return item


@cache
def table(n: int) -> FastAPI:
    routed = FastAPI()
    for k in range(1, n + 1):
        routed.get(f"/{n}/{k}/items/{{name}}", response_class=PlainTextResponse)(item_of(k))
    return routed


async def stacks(scope, receive, send) -> None:
    await stack(asked(scope["path"], MIDDLEWARES))(scope, receive, send)


async def tables(scope, receive, send) -> None:
    await table(asked(scope["path"], ROUTES))(scope, receive, send)


app.mount("/middleware", stacks)
app.mount("/routes", tables)


@app.get("/wait")
async def wait(key: str):
    return await upstream.awaited(key)


@app.get("/stream")
async def stream(seed: str, pause_ms: str | None = None):
    return StreamingResponse(events.streaming(seed, pause_ms), media_type="text/event-stream")


@app.websocket("/websocket")
async def websocket(socket: WebSocket):
    await socket.accept()
    while (message := await socket.receive())["type"] == "websocket.receive":
        if message.get("text") is not None:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])


@app.get("/mixed")
async def mixed(work: int, seed: int):
    return computed(work, seed)
