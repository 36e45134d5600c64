"""Flask with Flask-SQLAlchemy and Flask-Caching, as the documentation of these extensions writes it."""

import functools
from threading import Lock

import harness_data as given
from flask import Flask, Response, abort, g, render_template, request
from flask_caching import Cache
from flask_sqlalchemy import SQLAlchemy
from harness_data import events, upstream
from harness_data.layers import MIDDLEWARES, ROUTES, asked
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest, pieces_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


url = given.DATABASE_URL or "postgresql://"  # nothing connects before the first query
app = Flask(__name__, template_folder=given.TEMPLATES)
app.config.from_mapping(
    SQLALCHEMY_DATABASE_URI=url.replace("postgresql://", "postgresql+psycopg://"),
    SQLALCHEMY_ENGINE_OPTIONS={"pool_size": given.POOL_SIZE, "max_overflow": 0},
    CACHE_TYPE="SimpleCache",
    CACHE_THRESHOLD=2 * given.WORLD_ROWS,
    CACHE_DEFAULT_TIMEOUT=0,
)
database = SQLAlchemy(app, model_class=Base)
cache = Cache(app)
filling = Lock()


class World(database.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    random_number: Mapped[int] = mapped_column("randomnumber")

    def as_json(self) -> dict[str, int]:
        return {"id": self.id, "randomNumber": self.random_number}


class Fortune(database.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    message: Mapped[str]


@app.get("/json")
def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
def plaintext() -> Response:
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/db")
def db() -> dict[str, int]:
    return database.session.get_one(World, given.random_id()).as_json()


@app.get("/queries")
def queries() -> list[dict[str, int]]:
    return [world.as_json() for world in read(given.row_count(request.args.get("queries")))]


@app.get("/fortunes")
def fortunes() -> str:
    found = [*database.session.scalars(database.select(Fortune)), Fortune(**given.ADDED_FORTUNE._asdict())]
    return render_template("fortunes.html", fortunes=sorted(found, key=lambda fortune: fortune.message))


@app.get("/updates")
def updates() -> list[dict[str, int]]:
    worlds = read(given.row_count(request.args.get("queries")))
    for world in worlds:
        world.random_number = given.random_number()
    answer = [world.as_json() for world in worlds]
    database.session.commit()  # one batch, by primary key in order
    return answer


@app.get("/cached-worlds")
def cached_worlds() -> list[dict[str, int]]:
    keys = [str(given.random_id()) for _ in range(given.row_count(request.args.get("count")))]
    if not cache.has(str(given.WORLD_ROWS)):
        fill_the_cache()
    return cache.get_many(*keys)


@app.post("/validate")
def validate() -> dict[str, object]:
    try:
        return normalised(request.get_json())
    except InvalidOrder as error:
        abort(422, description=str(error))


@app.get("/auth")
def auth() -> dict[str, int]:
    user = user_of(request.headers.get("Authorization"))
    row = database.session.get(World, user) if user else None
    return row.as_json() if row else abort(401)


@app.post("/upload")
def upload() -> Digest:
    return digest(pieces_of(request.stream, request.content_length or 0))


@app.get("/wait")
def wait() -> upstream.Answer:
    return upstream.asked(request.args["key"])


@app.get("/mixed")
def mixed() -> dict[str, int]:
    return computed(int(request.args["work"]), int(request.args["seed"]))


def read(n: int) -> list[World]:
    """Different rows: a session asks for none a second time."""
    return [database.session.get_one(World, world) for world in given.different_ids(n)]


def fill_the_cache() -> None:
    """Once, however many first requests ask for it at the same time."""
    with filling:
        if not cache.has(str(given.WORLD_ROWS)):
            worlds = database.session.scalars(database.select(World).order_by(World.id))
            cache.set_many({str(world.id): world.as_json() for world in worlds})


@app.get("/middleware/<path:_>")
def stacks(_: str) -> Flask:
    """A view may return a WSGI application."""
    return stack(asked(request.path, MIDDLEWARES))


@app.get("/routes/<path:_>")
def tables(_: str) -> Flask:
    return table(asked(request.path, ROUTES))


@functools.cache
def stack(n: int) -> Flask:
    """Flask's own hooks in the place of WSGI middleware: a function before and one after each request."""
    stacked = Flask(__name__)
    stacked.add_url_rule(f"/middleware/{n}", view_func=passed)
    for _ in range(n):
        stacked.before_request(count)
        stacked.after_request(as_it_is)
    return stacked


def count() -> None:
    g.passed = g.get("passed", 0) + 1


def as_it_is(response: Response) -> Response:
    return response


def passed() -> Response:
    return Response(str(g.get("passed", 0)), mimetype="text/plain")


@functools.cache
def table(n: int) -> Flask:
    routed = Flask(__name__)
    for k in range(1, n + 1):
        routed.add_url_rule(f"/routes/{n}/{k}/items/<name>", f"item{k}", item_of(k))
    return routed


def item_of(k: int):
    def item(name: str) -> Response:
        return Response(f"{k} {name}", mimetype="text/plain")

    return item


@app.get("/stream")
def stream() -> Response:
    sent = events.streamed(request.args["seed"], request.args.get("pause_ms"))
    return Response(sent, mimetype="text/event-stream")
