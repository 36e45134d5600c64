"""Falcon on WSGI, as its documentation writes it: a resource, and a responder for each route to it."""

import falcon
import pages
from harness_data import row_count
from harness_data import sync as data
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.validating import InvalidOrder, normalised


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

    def on_post_validate(self, req: falcon.Request, resp: falcon.Response) -> None:
        try:
            resp.media = normalised(req.media)
        except InvalidOrder as error:
            raise falcon.HTTPUnprocessableEntity(description=str(error)) from error

    def on_get_auth(self, req: falcon.Request, resp: falcon.Response) -> None:
        user = user_of(req.auth)
        resp.media = data.world(user) if user else None
        if resp.media is None:
            raise falcon.HTTPUnauthorized(challenges=["Bearer"])

    def on_post_upload(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = digest(pieces_of(req.bounded_stream, req.content_length or 0))


app = falcon.App()
benchmark = Benchmark()
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "validate", "auth", "upload"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/cached-worlds", benchmark, suffix="cached")
