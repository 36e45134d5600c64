"""Emmett with its own ORM, as its documentation writes it: models, and a pipe that gives a request its connection.

Queries are asked by a blocking driver from `async` handlers, which is the only way that its documentation shows.
"""

from urllib.parse import parse_qsl, urlsplit

import harness_data as given
from emmett import App, request
from emmett.cache import Cache
from emmett.orm import Database, Field, Model
from emmett.tools import ServicePipe, service

url = urlsplit(given.DATABASE_URL)
app = App(__name__, template_folder=str(given.TEMPLATES))
# Its own URLs know no options: those of this one, which lead to the tables, are the driver's.
app.config.db.uri = given.DATABASE_URL if given.ON_SQLITE else f"postgres://{url.netloc}{url.path}"
# A writer waits for others, as with Django's ORM.
app.config.db.driver_args = {"timeout": 20} if given.ON_SQLITE else dict(parse_qsl(url.query))
app.config.db.pool_size = given.POOL_SIZE
db = Database(app)
cache = Cache()


class World(Model):
    tablename = "world"
    randomnumber = Field.int()


class Fortune(Model):
    tablename = "fortune"
    message = Field()


db.define_models(World, Fortune)
rows = app.module(__name__, "rows")
rows.pipeline = [db.pipe, ServicePipe("json")]


def shown(world) -> dict[str, int]:
    return {"id": world.id, "randomNumber": world.randomnumber}


@app.route("/json", methods="get")
@service.json
async def json():
    return {"message": "Hello, World!"}


@app.route("/plaintext", methods="get")
async def plaintext():
    return "Hello, World!"


@rows.route("/db", methods="get")
async def one():
    return shown(World.get(given.random_id()))


@rows.route("/queries", methods="get")
async def queries():
    count = given.row_count(request.query_params.queries)
    return [shown(World.get(given.random_id())) for _ in range(count)]


@rows.route("/updates", methods="get")
async def updates():
    ids = given.different_ids(given.row_count(request.query_params.queries))
    worlds = [World.get(id_) for id_ in ids]
    if given.ON_SQLITE:
        db.commit()  # a transaction that has read is refused its first write once another one has written
    return [shown(world.update_record(randomnumber=given.random_number())) for world in worlds]


@rows.route("/cached-worlds", methods="get")
async def cached_worlds():
    worlds = cache("worlds", lambda: {world.id: shown(world) for world in World.all().select()}, None)
    return [worlds[given.random_id()] for _ in range(given.row_count(request.query_params.count))]


@app.route("/fortunes", methods="get", template="fortunes.renoir.html", pipeline=[db.pipe])
async def fortunes():
    found = [*Fortune.all().select(), given.ADDED_FORTUNE]
    return {"fortunes": sorted(found, key=lambda fortune: fortune.message)}
