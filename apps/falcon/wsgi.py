"""Falcon on WSGI, as its documentation writes it: a resource, and a responder for each route to it."""

from functools import cache

import falcon
import pages
from harness_data import events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
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

    def on_get_wait(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = upstream.asked(req.get_param("key", required=True))

    def on_get_stream(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type = "text/event-stream"
        resp.stream = map(str.encode, events.streamed(req.get_param("seed"), req.get_param("pause_ms")))

    def on_get_mixed(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.media = computed(req.get_param_as_int("work"), req.get_param_as_int("seed"))


app = falcon.App()
benchmark = Benchmark()
for name in ("json", "plaintext", "db", "queries", "fortunes", "updates", "wait", "validate", "auth", "upload"):
    app.add_route(f"/{name}", benchmark, suffix=name)
app.add_route("/stream", benchmark, suffix="stream")
app.add_route("/cached-worlds", benchmark, suffix="cached")
app.add_route("/mixed", benchmark, suffix="mixed")


class Counting:
    def process_request(self, req: falcon.Request, _: falcon.Response) -> None:
        req.context.passed = getattr(req.context, "passed", 0) + 1


class Passed:
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, str(getattr(req.context, "passed", 0))


@cache
def stack(n: int) -> falcon.App:
    stacked = falcon.App(middleware=[Counting() for _ in range(n)])
    stacked.add_route(f"/middleware/{n}", Passed())
    return stacked


class Item:
    def __init__(self, k: int) -> None:
        self.k = k

    def on_get(self, _: falcon.Request, resp: falcon.Response, name: str) -> None:
        resp.content_type, resp.text = falcon.MEDIA_TEXT, f"{self.k} {name}"


@cache
def table(n: int) -> falcon.App:
    routed = falcon.App()
    for k in range(1, n + 1):
        routed.add_route(f"/routes/{n}/{k}/items/{{name}}", Item(k))
    return routed


def stacks(req: falcon.Request, resp: falcon.Response) -> None:
    hand_on(stack(asked(req.path, MIDDLEWARES)), req, resp)


def tables(req: falcon.Request, resp: falcon.Response) -> None:
    hand_on(table(asked(req.path, ROUTES)), req, resp)


def hand_on(app: falcon.App, req: falcon.Request, resp: falcon.Response) -> None:
    """To an application of its own: Falcon mounts none."""

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> None:
        resp.status = status
        resp.set_headers(headers)

    resp.data = b"".join(app(req.env, start_response))


app.add_sink(stacks, "/middleware/")
app.add_sink(tables, "/routes/")
