"""Tornado, with a handler class for each URL and its own templates, as its documentation writes it:
https://www.tornadoweb.org/en/stable/guide/structure.html. It runs by itself in several processes, as in
https://www.tornadoweb.org/en/stable/guide/running.html: `python app.py HOST PORT WORKERS`.
"""

import asyncio
import hashlib
import sys
from functools import cache
from pathlib import Path

from harness_data import asynchronous as data
from harness_data import events, row_count, upstream
from harness_data.layers import ROUTES, asked
from harness_data.tokens import user_of
from harness_data.validating import InvalidOrder, normalised
from harness_data.work import computed
from tornado.escape import json_decode, json_encode
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.process import fork_processes
from tornado.routing import Router
from tornado.web import Application, RequestHandler, stream_request_body
from tornado.websocket import WebSocketHandler

SETTINGS = {
    "template_path": Path(__file__).with_name("templates"),
    "log_function": lambda _: None,  # no log of requests
}


class Json(RequestHandler):
    def get(self) -> None:
        self.write({"message": "Hello, World!"})


class Plaintext(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/plain")
        self.write("Hello, World!")


class Db(RequestHandler):
    async def get(self) -> None:
        self.write(await data.random_world())


class Worlds(RequestHandler):
    """`write` takes no lists."""

    def write_worlds(self, worlds: list[data.World]) -> None:
        self.set_header("Content-Type", "application/json")
        self.write(json_encode(worlds))


class Queries(Worlds):
    async def get(self) -> None:
        self.write_worlds(await data.random_worlds(row_count(self.get_query_argument("queries", None))))


class Updates(Worlds):
    async def get(self) -> None:
        self.write_worlds(await data.updated_worlds(row_count(self.get_query_argument("queries", None))))


class CachedWorlds(Worlds):
    async def get(self) -> None:
        self.write_worlds(await data.cached_worlds(row_count(self.get_query_argument("count", None))))


class Fortunes(RequestHandler):
    async def get(self) -> None:
        await self.render("fortunes.html", fortunes=await data.fortunes())


class Wait(RequestHandler):
    async def get(self) -> None:
        self.write(await upstream.awaited(self.get_query_argument("key")))


class Validate(RequestHandler):
    def post(self) -> None:
        try:
            self.write(normalised(json_decode(self.request.body)))
        except InvalidOrder as error:
            self.set_status(422)
            self.write({"errors": error.errors})


class Auth(RequestHandler):
    async def get(self) -> None:
        user = user_of(self.request.headers.get("Authorization"))
        row = await data.world(user) if user else None
        if row is None:
            self.set_status(401)
            self.set_header("WWW-Authenticate", "Bearer")
        else:
            self.write(row)


class Stream(RequestHandler):
    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        async for event in events.streaming(self.get_query_argument("seed"), self.get_query_argument("pause_ms", None)):
            self.write(event)
            await self.flush()


class WebSocket(WebSocketHandler):
    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, binary=isinstance(message, bytes))


@stream_request_body
class Upload(RequestHandler):
    def prepare(self) -> None:
        self.found, self.size = hashlib.sha256(), 0

    def data_received(self, chunk: bytes) -> None:
        self.found.update(chunk)
        self.size += len(chunk)

    def post(self) -> None:
        self.write({"sha256": self.found.hexdigest(), "size": self.size})


class Mixed(RequestHandler):
    def get(self) -> None:
        self.write(computed(int(self.get_query_argument("work")), int(self.get_query_argument("seed"))))


class Item(RequestHandler):
    def initialize(self, k: int) -> None:
        self.k = k

    def get(self, name: str) -> None:
        self.set_header("Content-Type", "text/plain")
        self.write(f"{self.k} {name}")


@cache
def table(n: int) -> Application:
    return Application([(rf"/routes/{n}/{k}/items/([^/]+)", Item, {"k": k}) for k in range(1, n + 1)], **SETTINGS)


class Tables(Router):
    def find_handler(self, request, **_):
        return table(asked(request.path, ROUTES)).find_handler(request)


app = Application(
    [
        ("/json", Json),
        ("/plaintext", Plaintext),
        ("/db", Db),
        ("/queries", Queries),
        ("/updates", Updates),
        ("/cached-worlds", CachedWorlds),
        ("/fortunes", Fortunes),
        ("/wait", Wait),
        ("/validate", Validate),
        ("/auth", Auth),
        ("/stream", Stream),
        ("/websocket", WebSocket),
        ("/upload", Upload),
        ("/mixed", Mixed),
        ("/routes/.*", Tables()),
    ],
    **SETTINGS,
)


def main(host: str, port: int, workers: int) -> None:
    sockets = bind_sockets(port, host, backlog=4096)
    if workers > 1:
        fork_processes(workers)

    async def after_the_fork() -> None:
        server = HTTPServer(app)
        server.add_sockets(sockets)
        await asyncio.Event().wait()

    asyncio.run(after_the_fork())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
