"""Flask, as its quickstart writes it: a view returns a dict or a list, which become JSON, a page, or a response."""

from flask import Flask, Response, abort, render_template, request
from harness_data import TEMPLATES, row_count
from harness_data import sync as data
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest, pieces_of
from harness_data.validating import InvalidOrder, normalised

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
