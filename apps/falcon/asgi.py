"""Falcon on ASGI, as its documentation writes it: a resource, and a responder for each route to it."""

from contextlib import suppress

import falcon.asgi
import pages
from harness_data import asynchronous as data
from harness_data import events, row_count


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

    async def on_get_stream(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.content_type = "text/event-stream"
        sent = events.streaming(req.get_param("seed"), req.get_param("pause_ms"))
        resp.stream = (event.encode() async for event in sent)

    async def on_websocket(self, _: falcon.asgi.Request, ws: falcon.asgi.WebSocket) -> None:
        await ws.accept()
        with suppress(falcon.WebSocketDisconnected):
            while True:
                text, data = await ws.receive_any()
                await (ws.send_data(data) if text is None else ws.send_text(text))


app = falcon.asgi.App()
benchmark = Benchmark()
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "stream"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/cached-worlds", benchmark, suffix="cached")
app.add_route("/websocket", benchmark)
