"""Quart, as its documentation writes it: a view returns a dict or a list, which become JSON, a page, or a response.

https://quart.palletsprojects.com/en/latest/tutorials/quickstart/, and its guides on templates, server-sent events,
request bodies and WebSockets. Quart validates nothing by itself. Quart-Schema, which its tutorial shows, wraps every
response of an application, so `validate` takes the shared model.
"""

from collections.abc import AsyncIterator

from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.tokens import user_of
from harness_data.uploads import Digest, digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from quart import Quart, Response, abort, make_response, render_template, request, websocket

app = Quart(__name__, template_folder=TEMPLATES)


@app.get("/json")
async def json() -> dict[str, str]:
    return {"message": "Hello, World!"}


@app.get("/plaintext")
async def plaintext() -> Response:
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/db")
async def db() -> data.World:
    return await data.random_world()


@app.get("/queries")
async def queries() -> list[data.World]:
    return await data.random_worlds(row_count(request.args.get("queries")))


@app.get("/updates")
async def updates() -> list[data.World]:
    return await data.updated_worlds(row_count(request.args.get("queries")))


@app.get("/cached-worlds")
async def cached_worlds() -> list[data.World]:
    return await data.cached_worlds(row_count(request.args.get("count")))


@app.get("/fortunes")
async def fortunes() -> str:
    return await render_template("fortunes.html", fortunes=await data.fortunes())


@app.post("/validate")
async def validate() -> dict[str, object]:
    try:
        return normalised(await request.get_json())
    except InvalidOrder as error:
        abort(422, description=str(error))


@app.get("/auth")
async def auth() -> data.World:
    user = user_of(request.headers.get("Authorization"))
    return (user and await data.world(user)) or abort(401)


@app.post("/upload")
async def upload() -> Digest:
    return await digest_as_it_comes(request.body)


@app.get("/wait")
async def wait() -> upstream.Answer:
    return await upstream.awaited(request.args["key"])


@app.get("/stream")
async def stream() -> Response:
    async def sent() -> AsyncIterator[bytes]:
        async for event in events.streaming(seed, pause_ms):
            yield event.encode()

    seed, pause_ms = request.args["seed"], request.args.get("pause_ms")
    response = await make_response(sent(), {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    response.timeout = None
    return response


@app.websocket("/websocket")
async def echo() -> None:
    while True:
        await websocket.send(await websocket.receive())


@app.get("/mixed")
async def mixed() -> dict[str, int]:
    return computed(int(request.args["work"]), int(request.args["seed"]))
