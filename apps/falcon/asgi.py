"""Falcon on ASGI, as its documentation writes it: a resource, and a responder for each route to it."""

import falcon.asgi
import pages
from harness_data import asynchronous as data
from harness_data import row_count, upstream
from harness_data.work import computed


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

    async def on_get_wait(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = await upstream.awaited(req.get_param("key", required=True))

    async def on_get_mixed(self, req: falcon.asgi.Request, resp: falcon.asgi.Response) -> None:
        resp.media = computed(req.get_param_as_int("work"), req.get_param_as_int("seed"))


app = falcon.asgi.App()
benchmark = Benchmark()
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "wait", "mixed"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/cached-worlds", benchmark, suffix="cached")
