"""Emmett, as its documentation writes it: functions on routes, services for JSON, pipes around them.

Follows https://emmett.sh/docs/latest/ (routing, services, response, pipeline, websocket). Its object speaks RSGI and
ASGI alike.
"""

from emmett import App, Pipe, abort, request, response, websocket
from emmett.tools import service
from harness_data import TEMPLATES, events, row_count, upstream
from harness_data import asynchronous as data
from harness_data.layers import MIDDLEWARES
from harness_data.tokens import user_of
from harness_data.uploads import digest_as_it_comes
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed

app = App(__name__, template_folder=str(TEMPLATES))


@app.route("/json", methods="get")
@service.json
async def json():
    return {"message": "Hello, World!"}


@app.route("/plaintext", methods="get")
async def plaintext():
    return "Hello, World!"


@app.route("/db", methods="get")
@service.json
async def db():
    return await data.random_world()


@app.route("/queries", methods="get")
@service.json
async def queries():
    return await data.random_worlds(row_count(request.query_params.queries))


@app.route("/updates", methods="get")
@service.json
async def updates():
    return await data.updated_worlds(row_count(request.query_params.queries))


@app.route("/cached-worlds", methods="get")
@service.json
async def cached_worlds():
    return await data.cached_worlds(row_count(request.query_params.count))


@app.route("/fortunes", methods="get", template="fortunes.renoir.html")
async def fortunes():
    return {"fortunes": await data.fortunes()}


@app.route("/wait", methods="get")
@service.json
async def wait():
    return await upstream.awaited(request.query_params.key)


@app.route("/validate", methods="post")
@service.json
async def validate():
    """Its own validations belong to forms and models."""
    try:
        return normalised(await request.body_params)
    except InvalidOrder as error:
        abort(422, str(error))


@app.route("/auth", methods="get")
@service.json
async def auth():
    user = user_of(request.headers.get("authorization"))
    row = await data.world(user) if user else None
    if row is None:
        abort(401)
    return row


@app.route("/upload", methods="post")
@service.json
async def upload():
    return await digest_as_it_comes(request.body)


@app.route("/mixed", methods="get")
@service.json
async def mixed():
    return computed(int(request.query_params.work), int(request.query_params.seed))


@app.route("/stream", methods="get")
async def events_of_a_seed():
    """By none of its helpers for streams: what `sse` sends ends its lines by CR and LF, and on ASGI each helper answers
    a second time at the end."""
    response.content_type = "text/event-stream"
    sent = events.streaming(request.query_params.seed, request.query_params.pause_ms)
    return response.wrap_aiter(event.encode() async for event in sent)


@app.websocket("/websocket")
async def echo():
    while True:
        message = await websocket.receive()
        await websocket.send(message)


class Counting(Pipe):
    async def pipe(self, next_pipe, **kwargs):
        request.passed = getattr(request, "passed", 0) + 1
        return await next_pipe(**kwargs)


async def passed():
    return str(getattr(request, "passed", 0))


for n in MIDDLEWARES:
    stack = [Counting() for _ in range(n)]
    app.route(f"/middleware/{n}", name=f"middleware_{n}", methods="get", pipeline=stack)(passed)
