"""Sanic with its extensions and Tortoise ORM, as https://sanic.dev/en/guide/how-to/orm.html shows them together.

Orders are validated and fortunes rendered by Sanic Extensions (https://sanic.dev/en/plugins/sanic-ext/validation.html
and templating/jinja.html); a decorator checks tokens (https://sanic.dev/en/guide/how-to/authentication.html).
"""

import sys
from asyncio import Lock
from functools import wraps

import harness_data as given
import jwt
from cachetools import LRUCache
from harness_data import events, upstream
from harness_data.orders import Order
from harness_data.tokens import TOKEN_KEY
from harness_data.uploads import digest_as_it_comes
from harness_data.work import computed
from models import Fortune, World, config
from sanic import HTTPResponse, Request, Sanic, json, text
from sanic.exceptions import Unauthorized
from sanic_ext import Config, validate
from tortoise.contrib.sanic import register_tortoise

app = Sanic("harness")
app.extend(config=Config(templating_path_to_templates=given.TEMPLATES, oas=False))
cache: LRUCache[int, dict[str, int]] = LRUCache(maxsize=given.WORLD_ROWS)
filling = Lock()
if given.DATABASE_URL:
    register_tortoise(app, config=config())


@app.get("/json")
async def message(_: Request) -> HTTPResponse:
    return json({"message": "Hello, World!"})


@app.get("/plaintext")
async def plaintext(_: Request) -> HTTPResponse:
    return text("Hello, World!")


@app.get("/db")
async def db(_: Request) -> HTTPResponse:
    world = await World.get(id=given.random_id())
    return json(world.as_json())


@app.get("/queries")
async def queries(request: Request) -> HTTPResponse:
    count = given.row_count(request.args.get("queries"))
    worlds = [await World.get(id=given.random_id()) for _ in range(count)]
    return json([world.as_json() for world in worlds])


@app.get("/updates")
async def updates(request: Request) -> HTTPResponse:
    count = given.row_count(request.args.get("queries"))
    worlds = [await World.get(id=world) for world in given.different_ids(count)]
    for world in worlds:
        world.randomnumber = given.random_number()
    await World.bulk_update(worlds, fields=["randomnumber"])
    return json([world.as_json() for world in worlds])


@app.get("/cached-worlds")
async def cached_worlds(request: Request) -> HTTPResponse:
    async with filling:  # once, however many first requests come together
        if not cache:
            cache.update({world.id: world.as_json() for world in await World.all()})
    return json([cache[given.random_id()] for _ in range(given.row_count(request.args.get("count")))])


@app.get("/fortunes")
@app.ext.template("fortunes.html")
async def fortunes(_: Request) -> dict[str, list[Fortune]]:
    found = [*await Fortune.all(), Fortune(**given.ADDED_FORTUNE._asdict())]
    return {"fortunes": sorted(found, key=lambda fortune: fortune.message)}


@app.get("/wait")
async def wait(request: Request) -> HTTPResponse:
    return json(await upstream.awaited(request.args.get("key")))


@app.post("/validate")
@validate(json=Order)
async def validated(_: Request, body: Order) -> HTTPResponse:
    return json(body.model_dump(mode="json"))


def protected(handler):
    """Hands the user that the token proves to the handler."""

    @wraps(handler)
    async def checked(request: Request) -> HTTPResponse:
        refusal = Unauthorized("this token proves no user", scheme="Bearer")
        try:
            user = int(jwt.decode(request.token or "", TOKEN_KEY, algorithms=["HS256"])["sub"])
        except (jwt.InvalidTokenError, KeyError, ValueError) as error:
            raise refusal from error
        if (row := await World.get_or_none(id=user)) is None:
            raise refusal
        return await handler(request, row)

    return checked


@app.get("/auth")
@protected
async def auth(_: Request, user: World) -> HTTPResponse:
    return json(user.as_json())


@app.post("/upload", stream=True)
async def upload(request: Request) -> HTTPResponse:
    return json(await digest_as_it_comes(request.stream))


@app.get("/mixed")
async def mixed(request: Request) -> HTTPResponse:
    return json(computed(int(request.args.get("work")), int(request.args.get("seed"))))


@app.get("/stream")
async def stream(request: Request) -> None:
    response = await request.respond(content_type="text/event-stream")
    async for event in events.streaming(request.args.get("seed"), request.args.get("pause_ms")):
        await response.send(event)
    await response.eof()


@app.websocket("/websocket")
async def websocket(_: Request, socket) -> None:
    async for received in socket:
        await socket.send(received)


if __name__ == "__main__":
    _, host, port, workers = sys.argv
    app.run(host, int(port), workers=int(workers), backlog=4096, access_log=False, motd=False)
