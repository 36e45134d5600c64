"""Falcon on ASGI, as its documentation writes it: a resource, and a responder for each route to it."""

from contextlib import suppress
from functools import cache

import falcon.asgi
import falcon.media
import pages
from harness_data import asynchronous as data
from harness_data import events, row_count, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed

TEXT, BINARY = falcon.WebSocketPayloadType.TEXT, falcon.WebSocketPayloadType.BINARY


class Unchanged(falcon.media.TextBaseHandlerWS):
    """Payloads of WebSockets as media, which are text or bytes, whichever comes."""

    def serialize(self, media: str | bytes) -> str | bytes:
        return media

    def deserialize(self, payload: str | bytes) -> str | bytes:
        return payload


class Benchmark:
    async def on_get_json(self, _: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = {"message": "Hello, World!"}

    async def on_get_plaintext(self, _: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "Hello, World!"

    async def on_get_db(self, _: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await data.random_world()

    async def on_get_queries(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await data.random_worlds(row_count(req.get_param("queries")))

    async def on_get_fortunes(self, _: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type = falcon.MEDIA_HTML
        resp.text = pages.fortunes.render(fortunes=await data.fortunes())

    async def on_get_updates(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await data.updated_worlds(row_count(req.get_param("queries")))

    async def on_get_cached(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await data.cached_worlds(row_count(req.get_param("count")))

    async def on_post_validate(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        try:
            resp.media = normalised(await req.get_media())
        except InvalidOrder as error:
            raise falcon.HTTPUnprocessableEntity(description=str(error)) from error

    async def on_get_auth(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        user = user_of(req.auth)
        resp.media = await data.world(user) if user else None
        if resp.media is None:
            raise falcon.HTTPUnauthorized(challenges=["Bearer"])

    async def on_post_upload(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await digest_as_it_comes(req.stream)

    async def on_get_wait(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await upstream.awaited(req.get_param("key", required=True))

    async def on_get_stream(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type = "text/event-stream"
        sent = events.streaming(req.get_param("seed"), req.get_param("pause_ms"))
        resp.stream = (event.encode() async for event in sent)

    async def on_websocket(self, _: falcon.asgi.Request, ws: falcon.asgi.WebSocket) -> None:
        await ws.accept()
        with suppress(falcon.WebSocketDisconnected):
            while True:
                message = await ws.receive_media()
                await ws.send_media(message, TEXT if isinstance(message, str) else BINARY)

    async def on_get_mixed(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = computed(req.get_param_as_int("work"), req.get_param_as_int("seed"))


app = falcon.asgi.App()
benchmark = Benchmark()
app.ws_options.media_handlers = {TEXT: Unchanged(), BINARY: Unchanged()}
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "wait", "validate", "auth", "upload"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/stream", benchmark, suffix="stream")
app.add_route("/cached-worlds", benchmark, suffix="cached")
app.add_route("/websocket", benchmark)
app.add_route("/mixed", benchmark, suffix="mixed")


class Counting:
    async def process_request(self, req: falcon.asgi.Request, _: falcon.asgi.Response) -> None:
        req.context.passed = getattr(req.context, "passed", 0) + 1


class Passed:
    async def on_get(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, str(getattr(req.context, "passed", 0))


@cache
def stack(n: int) -> falcon.asgi.App:
    stacked = falcon.asgi.App(middleware=[Counting() for _ in range(n)])
    stacked.add_route(f"/middleware/{n}", Passed())
    return stacked


class Item:
    def __init__(self, k: int) -> None:
        self.k = k

    async def on_get(self, _: falcon.asgi.Request, resp: falcon.asgi.Response, name: str) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, f"{self.k} {name}"


@cache
def table(n: int) -> falcon.asgi.App:
    routed = falcon.asgi.App()
    for k in range(1, n + 1):
        routed.add_route(f"/routes/{n}/{k}/items/{{name}}", Item(k))
    return routed


async def stacks(req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
    await hand_on(stack(asked(req.path, MIDDLEWARES)), req, resp)


async def tables(req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
    await hand_on(table(asked(req.path, ROUTES)), req, resp)


async def hand_on(app: falcon.asgi.App, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
    """To an application of its own: Falcon mounts none."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            resp.status = message["status"]
            resp.set_headers([(name.decode(), value.decode()) for name, value in message["headers"]])
        else:
            resp.data = message["body"]

    await app(req.scope, receive, send)


app.add_sink(stacks, "/middleware/")
app.add_sink(tables, "/routes/")
