"""Bottle, as its tutorial writes it: a callback returns a dict, which becomes JSON, a string, or an iterator.

https://bottlepy.org/docs/stable/tutorial.html; plugins: https://bottlepy.org/docs/stable/plugins/index.html.
"""

from collections.abc import Callable, Iterator
from functools import cache
from json import dumps

from bottle import TEMPLATE_PATH, Bottle, abort, jinja2_template, request, response
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed

TEMPLATE_PATH.append(str(TEMPLATES))
app = Bottle()


@app.get("/json")
def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
def plaintext() -> str:
    return as_text("Hello, World!")


@app.get("/db")
def db() -> data.World:
    return data.random_world()


@app.get("/queries")
def queries() -> str:
    return as_list(data.random_worlds(row_count(request.query.get("queries"))))


@app.get("/updates")
def updates() -> str:
    return as_list(data.updated_worlds(row_count(request.query.get("queries"))))


@app.get("/cached-worlds")
def cached_worlds() -> str:
    return as_list(data.cached_worlds(row_count(request.query.get("count"))))


def as_list(worlds: list[data.World]) -> str:
    """Bottle makes JSON of a dict alone."""
    response.content_type = "application/json"
    return dumps(worlds)


def as_text(text: str) -> str:
    response.content_type = "text/plain"
    return text


@app.get("/fortunes")
def fortunes() -> str:
    return jinja2_template("fortunes.html", fortunes=data.fortunes(), template_settings={"autoescape": True})


@app.post("/validate")
def validate() -> dict[str, object]:
    try:
        return normalised(request.json)
    except InvalidOrder as error:
        abort(422, str(error))


@app.get("/auth")
def auth() -> data.World:
    user = user_of(request.get_header("Authorization"))
    return (user and data.world(user)) or abort(401)


@app.post("/upload")
def upload() -> Digest:
    return digest(pieces_of(request.body, request.content_length))


@app.get("/wait")
def wait() -> upstream.Answer:
    return upstream.asked(request.query.key)


@app.get("/stream")
def stream() -> Iterator[str]:
    response.content_type = "text/event-stream"
    return events.streamed(request.query.seed, request.query.get("pause_ms"))


@app.get("/mixed")
def mixed() -> dict[str, int]:
    return computed(int(request.query.work), int(request.query.seed))


def count(callback: Callable) -> Callable:
    """A plugin, which Bottle applies to every callback, in the place of middleware."""

    def counted(*args: object, **kwargs: object) -> object:
        request.environ["passed"] = request.environ.get("passed", 0) + 1
        return callback(*args, **kwargs)

    return counted


def passed() -> str:
    return as_text(str(request.environ.get("passed", 0)))


@cache
def stack(n: int) -> Bottle:
    stacked = Bottle()
    stacked.get(f"/{n}", callback=passed)
    for _ in range(n):
        stacked.install(count)
    return stacked


def item_of(k: int) -> Callable[[str], str]:
    def item(name: str) -> str:
        return as_text(f"{k} {name}")

    return item


@cache
def table(n: int) -> Bottle:
    routed = Bottle()
    for k in range(1, n + 1):
        routed.get(f"/{n}/{k}/items/<name>", callback=item_of(k))
    return routed


def stacks(environ, start_response):
    return stack(asked(f"/middleware{environ['PATH_INFO']}", MIDDLEWARES))(environ, start_response)


def tables(environ, start_response):
    return table(asked(f"/routes{environ['PATH_INFO']}", ROUTES))(environ, start_response)


app.mount("/middleware", stacks)
app.mount("/routes", tables)
