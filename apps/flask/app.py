"""Flask, as its quickstart writes it: a view returns a dict, which becomes JSON, or a response object."""

from flask import Flask, Response
from harness_data import sync as data

app = Flask(__name__)


@app.get("/json")
def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
def plaintext() -> Response:
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/db")
def db() -> data.World:
    return data.random_world()
