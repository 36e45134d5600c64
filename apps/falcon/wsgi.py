"""Falcon on WSGI, as its documentation writes it: a resource, and a responder for each route to it."""

import falcon
import pages
from harness_data import row_count, upstream
from harness_data import sync as data
from harness_data.work import computed


class Benchmark:
    def on_get_json(self, _: falcon.Request, resp: falcon.Response) -> None:
        resp.media = {"message": "Hello, World!"}

    def on_get_plaintext(self, _: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = falcon.MEDIA_TEXT
        resp.text = "Hello, World!"

    def on_get_db(self, _: falcon.Request, resp: falcon.Response) -> None:
        resp.media = data.random_world()

    def on_get_queries(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = data.random_worlds(row_count(req.get_param("queries")))

    def on_get_fortunes(self, _: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = falcon.MEDIA_HTML
        resp.text = pages.fortunes.render(fortunes=data.fortunes())

    def on_get_updates(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = data.updated_worlds(row_count(req.get_param("queries")))

    def on_get_cached(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = data.cached_worlds(row_count(req.get_param("count")))

    def on_get_wait(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = upstream.asked(req.get_param("key", required=True))

    def on_get_mixed(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = computed(req.get_param_as_int("work"), req.get_param_as_int("seed"))


app = falcon.App()
benchmark = Benchmark()
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "wait", "mixed"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/cached-worlds", benchmark, suffix="cached")
