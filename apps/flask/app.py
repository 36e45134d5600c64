"""Flask, as its quickstart writes it: a view returns a dict or a list, which become JSON, a page, or a response."""

from flask import Flask, Response, render_template, request
from harness_data import TEMPLATES, row_count, upstream
from harness_data import sync as data
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


@app.get("/wait")
def wait() -> upstream.Answer:
    return upstream.asked(request.args["key"])


@app.get("/mixed")
def mixed() -> dict[str, int]:
    return computed(int(request.args["work"]), int(request.args["seed"]))
