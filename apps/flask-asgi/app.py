"""Flask on ASGI servers, as its documentation says: an application like any other, and asgiref's adapter around it.

https://flask.palletsprojects.com/en/stable/deploying/asgi/. In each worker the adapter calls Flask in one thread, a
request at a time: requests that wait, and streams, come one after the other. Each event of a stream is sent by itself.
"""

from asgiref.wsgi import WsgiToAsgi
from flask import Flask, Response, abort, render_template, request
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import sync as data
from harness_data.tokens import user_of
from harness_data.validating import InvalidOrder, normalised

app = Flask(__name__, template_folder=TEMPLATES)
asgi_app = WsgiToAsgi(app)


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


@app.get("/wait")
def wait() -> upstream.Answer:
    return upstream.asked(request.args["key"])


@app.get("/stream")
def stream() -> Response:
    sent = events.streamed(request.args["seed"], request.args.get("pause_ms"))
    return Response(sent, mimetype="text/event-stream")
