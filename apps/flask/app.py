"""Flask, as its quickstart writes it: a view returns a dict or a list, which become JSON, a page, or a response."""

from functools import cache

from flask import Flask, Response, abort, render_template, request
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed

app = Flask(__name__, template_folder=TEMPLATES)


@app.get("/json")
def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
def plaintext() -> Response:
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/db")
def db() -> data.World:
    return data.random_world()


@app.get("/queries")
def queries() -> list[data.World]:
    return data.random_worlds(row_count(request.args.get("queries")))


@app.get("/updates")
def updates() -> list[data.World]:
    return data.updated_worlds(row_count(request.args.get("queries")))


@app.get("/cached-worlds")
def cached_worlds() -> list[data.World]:
    return data.cached_worlds(row_count(request.args.get("count")))


@app.get("/fortunes")
def fortunes() -> str:
    return render_template("fortunes.html", fortunes=data.fortunes())


@app.post("/validate")
def validate() -> dict[str, object]:
    try:
        return normalised(request.get_json())
    except InvalidOrder as error:
        abort(422, description=str(error))


@app.get("/auth")
def auth() -> data.World:
    user = user_of(request.headers.get("Authorization"))
    return (user and data.world(user)) or abort(401)


@app.post("/upload")
def upload() -> Digest:
    return digest(pieces_of(request.stream, request.content_length or 0))


@app.get("/middleware/<path:_>")
def stacks(_: str) -> Flask:
    """A view may return a WSGI application."""
    return stack(asked(request.path, MIDDLEWARES))


@app.get("/routes/<path:_>")
def tables(_: str) -> Flask:
    return table(asked(request.path, ROUTES))


class Counting:
    """WSGI middleware around `wsgi_app`, as Flask's documentation hooks it in."""

    def __init__(self, app) -> None:
        self.app = app

    def __call__(self, environ, start_response):
        environ["passed"] = environ.get("passed", 0) + 1
        return self.app(environ, start_response)


@cache
def stack(n: int) -> Flask:
    stacked = Flask(__name__)
    stacked.add_url_rule(f"/middleware/{n}", view_func=passed)
    for _ in range(n):
        stacked.wsgi_app = Counting(stacked.wsgi_app)
    return stacked


def passed() -> Response:
    return Response(str(request.environ.get("passed", 0)), mimetype="text/plain")


@cache
def table(n: int) -> Flask:
    routed = Flask(__name__)
    for k in range(1, n + 1):
        routed.add_url_rule(f"/routes/{n}/{k}/items/<name>", f"item{k}", item_of(k))
    return routed


def item_of(k: int):
    def item(name: str) -> Response:
        return Response(f"{k} {name}", mimetype="text/plain")

    return item


@app.get("/wait")
def wait() -> upstream.Answer:
    return upstream.asked(request.args["key"])


@app.get("/stream")
def stream() -> Response:
    sent = events.streamed(request.args["seed"], request.args.get("pause_ms"))
    return Response(sent, mimetype="text/event-stream")


@app.get("/mixed")
def mixed() -> dict[str, int]:
    return computed(int(request.args["work"]), int(request.args["seed"]))
