"""Flask with orjson in the place of the standard library's json: a provider, as its documentation describes one.

https://flask.palletsprojects.com/en/stable/api/#flask.json.provider.JSONProvider. Only what answers JSON, and plain
text beside it, which must not differ from that of `flask`.
"""

import orjson
from flask import Flask, Response, request
from flask.json.provider import JSONProvider
from harness_data import row_count
from harness_data import sync as data


class OrjsonProvider(JSONProvider):
    def dumps(self, obj: object, **_: object) -> str:
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: object) -> object:
        return orjson.loads(s)


class OrjsonFlask(Flask):
    json_provider_class = OrjsonProvider


app = OrjsonFlask(__name__)


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
