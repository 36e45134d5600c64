"""What the tests of servers and launching share: small applications, launches, an environment with every server."""

import sys
from pathlib import Path

import pytest

from harness.catalog.applications import Application
from harness.model.asked.application import AppManifest
from harness.model.asked.cell import Cell
from harness.process.folders import locked
from harness.under_test.install.uv_command import run_uv
from harness.under_test.launch.launch import Launch
from harness.under_test.launch.readiness import Deadlines
from harness.under_test.launch.servers import SERVERS
from tests.under_test.lockable import packages_of

PROGRAMS = Path(__file__).with_name("programs")
HASTY = Deadlines(listen_s=30, answer_s=1.0, ask_s=0.5, identify_s=1.0)
"""For programs that come up and then do not do what they should."""

EACH = """
import asyncio
import os
import threading
import time

EVENT = b"data: 1\\n\\n"
AT_WORK = []
MOST = []
LOCK = threading.Lock()


async def asgi(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            kind = "bytes" if message.get("text") is None else "text"
            await send({"type": "websocket.send", kind: message[kind]})
        return
    if scope["type"] != "http":
        raise NotImplementedError
    if scope["path"] == "/stream":
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for _ in range(30):
            await send({"type": "http.response.body", "body": EVENT, "more_body": True})
            await asyncio.sleep(0.02)
        await send({"type": "http.response.body", "body": b""})
        return
    headers = [(b"content-type", b"text/plain"), (b"pid", b"%d" % os.getpid())]
    headers += [(b"content-length", b"2")] if scope["path"] == "/" else []
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


def paused():
    for _ in range(30):
        yield EVENT
        time.sleep(0.02)


def wsgi(environ, start_response):
    if environ["PATH_INFO"] == "/stream":
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        return paused()
    headers = [("Content-Type", "text/plain"), ("Pid", str(os.getpid()))]
    if environ["PATH_INFO"] == "/at-once":
        with LOCK:
            AT_WORK.append(1)
            MOST.append(len(AT_WORK))
        time.sleep(0.05)
        with LOCK:
            AT_WORK.pop()
            headers.append(("At-Once", str(max(MOST))))
    headers += [("Content-Length", "2")] if environ["PATH_INFO"] == "/" else []
    start_response("200 OK", headers)
    return [b"ok"]


async def rsgi(scope, protocol):
    if scope.proto == "ws":
        socket = await protocol.accept()
        while (message := await socket.receive()).kind:
            await (socket.send_bytes if message.kind == 1 else socket.send_str)(message.data)
        return
    if scope.path == "/stream":
        stream = protocol.response_stream(200, [("content-type", "text/event-stream")])
        for _ in range(30):
            await stream.send_bytes(EVENT)
            await asyncio.sleep(0.02)
        return
    protocol.response_str(200, [("content-type", "text/plain"), ("pid", str(os.getpid()))], "ok")


def of_aiohttp():
    from aiohttp import WSMsgType, web

    async def echo(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            await (socket.send_str if message.type == WSMsgType.TEXT else socket.send_bytes)(message.data)
        return socket

    async def streamed(request):
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for _ in range(30):
            await response.write(EVENT)
            await asyncio.sleep(0.02)
        return response

    async def without_length(request):
        response = web.StreamResponse(headers={"Pid": str(os.getpid())})
        await response.prepare(request)
        await response.write(b"ok")
        return response

    async def answered(_):
        return web.Response(text="ok", headers={"Pid": str(os.getpid())})

    found = web.Application()
    for path, handler in {"/": answered, "/websocket": echo, "/stream": streamed}.items():
        found.router.add_get(path, handler)
    found.router.add_get("/without-length", without_length)
    return found


def of_tornado():
    from tornado.web import Application, RequestHandler
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def on_message(self, message):
            self.write_message(message, binary=isinstance(message, bytes))

    class Streamed(RequestHandler):
        async def get(self):
            self.set_header("Content-Type", "text/event-stream")
            for _ in range(30):
                self.write(EVENT)
                await self.flush()
                await asyncio.sleep(0.02)

    class Answered(RequestHandler):
        async def get(self):
            self.set_header("Pid", str(os.getpid()))
            self.write(b"ok")
            if self.request.path != "/":
                await self.flush()

    return Application([("/websocket", Echo), ("/stream", Streamed), ("/.*", Answered)])
"""


def application(folder: Path, **changes: object) -> Application:
    """One that speaks every interface, in a folder of its own, with its manifest changed as said. Only to
    `/` does it tell the length of its answer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "app.py").write_text(EACH)
    manifest = {
        "id": "small",
        "title": "Small",
        "targets": {
            "asgi": "app:asgi",
            "wsgi": "app:wsgi",
            "rsgi": "app:rsgi",
            "aiohttp": "app:of_aiohttp()",
            "tornado": "app:of_tornado()",
        },
        "servers": [server for server in SERVERS if server != "own"],
        "scenarios": ["plaintext"],
    }
    return Application(AppManifest.model_validate(manifest | changes), folder)


def own(folder: Path, *argv: str, **changes: object) -> Application:
    """One that brings its own server."""
    return application(folder, servers=["own"], own={"argv": list(argv)}, **changes)


def program(name: str) -> tuple[str, str]:
    return "{python}", str(PROGRAMS / f"{name}.py")


def launch(application: Application, *, server: str = "own", workers: int = 1, **options: object) -> Launch:
    cell = Cell(app=application.id, server=server, workers=workers, database="none", interpreter="this")
    given: dict[str, object] = {
        "python": Path(sys.executable),
        "log": application.folder / "log",
        "shared": application.folder,
    }
    return Launch(cell=cell, application=application, **(given | options))  # type: ignore[arg-type]


def python_with_servers(request: pytest.FixtureRequest) -> Path:
    """An environment with every server of the table, made once a test run."""
    packages = packages_of(request)
    folder = packages.with_name("servers")
    with locked(packages.with_name("servers.lock")):
        if not (folder / "complete").exists():
            run_uv(["venv", "--no-project", "--python", sys.executable, str(folder)], package_cache=packages)
            wanted = sorted({requirement for server in SERVERS.values() for requirement in server.requirements})
            install = ["pip", "install", "--only-binary", ":all:", "--python", str(folder / "bin" / "python")]
            run_uv([*install, *wanted], package_cache=packages)  # a server that needs another Python has a marker
            (folder / "complete").touch()
    return folder / "bin" / "python"
