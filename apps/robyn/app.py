"""Robyn, as its documentation writes it: decorated functions return dicts and strings, which its Rust part answers.

https://robyn.tech/documentation/en/api_reference/getting_started and the pages beside it: request_object, templating,
authentication, middlewares, pydantic, server_sent_events; the command line as "scaling" shows it.
"""

import signal
import sys

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES
from harness_data.orders import Order
from harness_data.tokens import user_of
from harness_data.work import computed
from robyn import Request, Response, Robyn, SSEResponse, StreamingResponse
from robyn.authentication import AuthenticationHandler, BearerGetter, Identity
from robyn.templating import JinjaTemplate

KEEP_ALIVE_S = 3600  # no connection is closed while others are measured
UNAUTHORIZED = 401

app = Robyn(__file__)
templates = JinjaTemplate(str(TEMPLATES))


class TokenHandler(AuthenticationHandler):
    def authenticate(self, request: Request) -> Identity | None:
        user = user_of(request.headers.get("Authorization"))
        return Identity(claims={"user": str(user)}) if user else None


app.configure_authentication(TokenHandler(token_getter=BearerGetter()))


@app.get("/json")
async def message() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
async def plaintext() -> str:
    return "Hello, World!"


@app.get("/db")
async def db() -> dict[str, int]:
    return await data.random_world()


@app.get("/queries")
async def queries(request: Request) -> list[dict[str, int]]:
    return await data.random_worlds(row_count(request.query_params.get("queries", None)))


@app.get("/updates")
async def updates(request: Request) -> list[dict[str, int]]:
    return await data.updated_worlds(row_count(request.query_params.get("queries", None)))


@app.get("/cached-worlds")
async def cached_worlds(request: Request) -> list[dict[str, int]]:
    return await data.cached_worlds(row_count(request.query_params.get("count", None)))


@app.get("/fortunes")
async def fortunes() -> Response:
    return templates.render_template("fortunes.html", fortunes=await data.fortunes())


@app.get("/wait")
async def wait(request: Request) -> dict[str, str | int]:
    return await upstream.awaited(request.query_params.get("key", None))


@app.post("/validate")
async def validate(order: Order) -> Order:
    return order


@app.get("/auth", auth_required=True)
async def auth(request: Request):
    row = await data.world(int(request.identity.claims["user"]))
    return row or Response(UNAUTHORIZED, {"WWW-Authenticate": "Bearer"}, "this token proves no user")


@app.get("/mixed")
async def mixed(request: Request) -> dict[str, int]:
    wanted = request.query_params
    return computed(int(wanted.get("work", None)), int(wanted.get("seed", None)))


@app.get("/stream")
async def stream(request: Request) -> StreamingResponse:
    wanted = request.query_params
    return SSEResponse(events.streaming(wanted.get("seed", None), wanted.get("pause_ms", None)))


async def count(request: Request) -> Request:
    request.headers.set("passed", str(int(request.headers.get("passed") or 0) + 1))
    return request


async def passed(request: Request) -> str:
    return request.headers.get("passed") or "0"


for n in MIDDLEWARES:
    app.get(f"/middleware/{n}")(passed)
    for _ in range(n):
        app.before_request(f"/middleware/{n}")(count)


if __name__ == "__main__":
    _, host, port, *_ = sys.argv
    # Asked to end, a single process of Robyn closes its sockets and stays; several are ended by their parent.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    app.start(host=host, port=int(port), keep_alive_timeout=KEEP_ALIVE_S, _check_port=False)
