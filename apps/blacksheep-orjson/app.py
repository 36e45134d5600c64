"""BlackSheep with orjson in the place of the standard library's JSON, as its documentation shows.

Follows https://www.neoteroi.dev/blacksheep/settings/#example-using-orjson.
"""

import orjson
from blacksheep import Application, Response, get, json, text
from blacksheep.settings.json import json_settings
from harness_data import asynchronous as data
from harness_data import row_count


def serialize(value: object) -> str:
    return orjson.dumps(value).decode("utf8")


json_settings.use(loads=orjson.loads, dumps=serialize)
app = Application()


@get("/json")
async def message() -> Response:
    return json({"message": "Hello, World!"})


@get("/plaintext")
async def plaintext() -> Response:
    return text("Hello, World!")


@get("/db")
async def db() -> Response:
    return json(await data.random_world())


@get("/queries")
async def queries(queries: str = "") -> Response:
    return json(await data.random_worlds(row_count(queries)))


@get("/updates")
async def updates(queries: str = "") -> Response:
    return json(await data.updated_worlds(row_count(queries)))


@get("/cached-worlds")
async def cached_worlds(count: str = "") -> Response:
    return json(await data.cached_worlds(row_count(count)))
