"""A service that has no manifest: measured from its own folder, or refused in one message that says how to mend it."""

import json
import venv
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import ASLEEP, BRIEFLY, Ended, Place
from tests.end_to_end.conftest import Once

SHOP = """
import json, os, pathlib

LOGGED_IN = set()


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        return await send({"type": "lifespan.startup.complete"})
    headers = dict(scope["headers"])
    if scope["path"] == "/login":
        body = {"token": os.environ["SHOP_TOKEN"]}
    elif scope["path"] == "/me" and headers.get(b"authorization") != b"Bearer " + os.environ["SHOP_TOKEN"].encode():
        return await answer(send, 401, {"error": "who are you?"})
    else:
        body = {"path": scope["path"], "port": scope["server"][1]}
    await answer(send, 200, body)


async def broken(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "there is no stock"})


async def dying(scope, receive, send):
    LOGGED_IN.add(len(LOGGED_IN))
    if len(LOGGED_IN) > 1000:
        os._exit(7)
    await app(scope, receive, send)


async def answer(send, status, found):
    sum(range(5_000))  # slower than any load generator, beside other tests too
    body = json.dumps(found).encode()
    sizes = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": sizes})
    await send({"type": "http.response.body", "body": body})
"""
SERVING = """
import asyncio, sys


async def serve(reader, writer):
    while await reader.readuntil(b"\\r\\n\\r\\n"):
        print("somebody asked", flush=True)
        sum(range(5_000))
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nContent-Type: text/plain\\r\\n\\r\\nok")


async def main():
    await (await asyncio.start_server(serve, sys.argv[1], int(sys.argv[2]), backlog=512)).serve_forever()


asyncio.run(main())
"""
ASKED = """
[[before]]
name = "login"
path = "/login"
capture = { token = "json:token" }

[[requests]]
path = "/me"
headers = { Authorization = "Bearer {{token}}" }
weight = 2

[[requests]]
path = "/items/1"
expect = 200
"""
TOKEN = "tell-nobody-of-this"
SHORT = ("--quick", "--rotations", "300ms", "--latency", "none", *ASLEEP, *BRIEFLY)


def project(place: Place) -> Path:
    folder = place.folder / "shop"
    (folder / "src" / "shop").mkdir(parents=True)
    (folder / "src" / "shop" / "main.py").write_text(SHOP)
    (folder / "asked.toml").write_text(ASKED)
    (folder / "serve.py").write_text(SERVING)
    (folder / ".env").write_text(f"SHOP_TOKEN={TOKEN}\n")
    (folder / "reset.py").write_text("import pathlib\npathlib.Path('resets').open('a').write('x')\n")
    return folder


def record_of(place: Place) -> Any:
    return json.loads((place.results / "latest" / "campaign.json").read_text())


def measured(place: Place, *options: object) -> Ended:
    folder = place.folder / "shop" if (place.folder / "shop").exists() else project(place)
    given = ("--project", folder, "--env-file", folder / ".env")
    return place.run("run", *given, *place.folders(), *SHORT, *options)


@pytest.fixture(scope="session")
def shop(once: Once) -> tuple[Place, Ended]:
    def measure(place: Place) -> Ended:
        folder = project(place)
        return measured(
            place,
            *("--target", "shop.main:app", "--requests", folder / "asked.toml", "--before-block", "python reset.py"),
            *("--save-requests", place.folder / "kept.toml"),
        )

    return once("service", measure)


pytestmark = pytest.mark.xdist_group("service")


def test_a_service_is_measured_without_a_file_added_to_it(shop: tuple[Place, Ended]) -> None:
    place, ended = shop
    assert ended.code == 0, ended
    [row] = place.ranking["scenarios"]["requests"]
    assert row["rps"] > 0
    assert "shop.main:app on uvicorn seems to answer" in ended.out
    assert "shop.main:app on uvicorn seems to answer" in place.page.read_text()
    assert sorted(one.name for one in (place.folder / "shop").iterdir()) == sorted(
        [".env", "asked.toml", "reset.py", "resets", "serve.py", "src"]
    )


def test_what_was_learned_are_the_right_answers_and_a_port_in_a_body_is_none(shop: tuple[Place, Ended]) -> None:
    place, _ = shop
    [scenario] = record_of(place)["plan"]["scenarios"]
    for request in scenario["requests"]:
        assert request["expect"]["status"] == 200
        assert request["expect"]["content_type"] == "application/json"
        assert request["expect"]["body"] is None, "it holds the port of this start"
    assert [request["weight"] for request in scenario["requests"]] == [2, 1]


def test_secrets_of_its_environment_and_its_answers_are_in_nothing_that_is_kept(shop: tuple[Place, Ended]) -> None:
    place, ended = shop
    kept = [file for file in place.folder.rglob("*") if file.is_file() and file.parent.name != "shop"]
    assert len(kept) > 5
    assert not [file for file in kept if TOKEN.encode() in file.read_bytes()]
    assert TOKEN not in ended.out + ended.err
    assert "{{token}}" in (place.folder / "kept.toml").read_text()


def test_the_command_before_each_block_ran_in_its_folder(shop: tuple[Place, Ended]) -> None:
    place, _ = shop
    assert (place.folder / "shop" / "resets").read_text() == "x" * len(record_of(place)["completed_blocks"])


def test_it_goes_on_with_the_answers_that_it_began_with(shop: tuple[Place, Ended]) -> None:
    place, _ = shop
    asked = ("--target", "shop.main:app", "--requests", place.folder / "shop" / "asked.toml")
    before = record_of(place)
    again = measured(
        place, *asked, "--before-block", "python reset.py", "--resume", place.results / "latest", "--blocks", 2
    )
    assert again.code == 0, again
    assert len(record_of(place)["completed_blocks"]) == len(before["completed_blocks"]) + 1
    assert record_of(place)["plan"]["scenarios"] == before["plan"]["scenarios"]


def test_a_given_environment_that_lacks_the_server_is_refused_with_the_command_that_mends_it(place: Place) -> None:
    venv.create(place.folder / "venv")
    ended = measured(place, "--target", "shop.main:app", "--venv", place.folder / "venv", "--request", "GET /items/1")
    assert ended.code == 5, ended
    assert "uvicorn needs uvicorn, uvloop, httptools, websockets, which it lacks" in ended.err
    assert "-m pip install uvicorn uvloop httptools" in ended.err


def test_a_server_of_its_own_is_measured_by_its_command_and_logs_as_it_likes(place: Place) -> None:
    venv.create(place.folder / "venv")
    given = ("--venv", place.folder / "venv", "--request", "GET /items/1")
    ended = measured(place, "--command", "python serve.py {host} {port}", *given)
    assert ended.code == 0, ended
    assert "the service logs each request" in place.page.read_text()


def test_two_variants_of_a_service_are_planned_from_its_own_files(place: Place) -> None:
    folder = project(place)
    given = (
        "--project",
        folder,
        "--env-file",
        folder / ".env",
        "--target",
        "shop.main:app",
        "--request",
        "GET /items/1",
    )
    ended = place.run("diff", *given, "--b", "env:SHOP_SIZE=large", "--b", "workers=2", "--plan", "--json")
    assert ended.code == 0, ended
    a, b = [cell for cell in ended.json["cells"] if not cell["twin"]]
    assert (a["app"], a["workers"]) == ("shop-a", 1)
    assert (b["app"], b["workers"]) == ("shop-b", 2)
    [request] = ended.json["scenarios"][0]["requests"]
    assert request["expect"] == {
        "status": 200,
        "content_type": "application/json",
        "form": "json",
        "body": None,
        "fixed": False,
        "json_schema": None,
        "status_to": None,
        "holds": None,
    }


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--target", "shop.main:broken"), 3, "there is no stock"),
        (("--target", "shop.main:dying"), 3, "the server ended with exit code 7 while it was measured"),
        (("--target", "shop.main:app", "--request", "GET /me"), 3, "expected one of 200 to 399; seen 401"),
        (("--target", "shop.main:apps"), 2, "there is shop.main:app"),
        (("--target", "shop.main:app", "--server", "waitress"), 2, "speaks ASGI, and waitress does not"),
        (
            ("--target", "shop.main:app", "--only", "flask"),
            2,
            "--only: chooses among applications that have a manifest",
        ),
        (("--target", "shop.main:app", "--venv", "/nowhere"), 5, "there is no /nowhere/bin/python"),
        (("--target", "shop.main:app", "--har", "/nowhere.har"), 2, "/nowhere.har"),
        (("--command", "python -m http.server 8000"), 2, "the command does not say {port}"),
        (("--command", "no-such-program {port}"), 2, "there is no program no-such-program"),
        (("--request", "GET /"), 2, "says something of a service, and none is named"),
    ],
)
def test_what_cannot_be_measured_is_one_message(place: Place, options: tuple[str, ...], code: int, said: str) -> None:
    request = () if "--request" in options or "--har" in options else ("--request", "GET /items/1")
    ended = measured(place, *options, *request)
    assert ended.code == code, ended
    assert said in ended.out + ended.err
    assert "Traceback" not in ended.err or code == 3, "the end of a service's log may hold its own"
