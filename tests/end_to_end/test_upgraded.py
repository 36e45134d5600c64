"""`harness upgraded`, from a campaign over a new lock to the comparison."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.command import ASLEEP, BRIEFLY, Ended, Place
from tests.under_test.package_index import PackageIndex

MANIFEST = """
id = "shop"
title = "Shop"
servers = ["uvicorn"]
scenarios = ["json"]

[targets]
asgi = "app:app"

[uses]
framework = "frame"
"""
APP = """
import frame

async def app(scope, receive, send):
    if scope["type"] == "http":
        body = b'{"message":"Hello, World!"}' if frame.VERSION != "3.0" else b"{}"
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
"""


class Shop:
    """An application with a lock that its author makes: what the bare callable has, and a framework."""

    def __init__(self, root: Path, place: Place) -> None:
        self.lock = (root / "apps" / "raw-asgi" / "requirements.txt").read_text()
        self.index = PackageIndex(place.folder / "index")
        self.folder = place.folder / "shop"
        for folder in (self.index.folder, self.folder):
            folder.mkdir()
        (self.folder / "app.toml").write_text(MANIFEST)
        (self.folder / "app.py").write_text(APP)

    def upgrade(self, version: str) -> None:
        """A lock with this version of the framework."""
        digest = hashlib.sha256(self.index.publish("frame", version).read_bytes()).hexdigest()
        frame = f"frame=={version} --hash=sha256:{digest}\n"
        (self.folder / "requirements.txt").write_text(self.lock + frame)

    def run(self, place: Place, command: str, *arguments: object) -> Ended:
        found = {"UV_FIND_LINKS": str(self.index.folder)}
        return place.run(command, "--app", self.folder, *place.folders(), *arguments, **found)


def campaigns(place: Place) -> Sequence[Path]:
    return [path.parent for path in place.results.glob("*/campaign.json") if not path.parent.is_symlink()]


@pytest.fixture
def shop(root: Path, place: Place) -> Shop:
    """Measured once, on the first version of its framework."""
    shop = Shop(root, place)
    shop.upgrade("1.0")
    briefly = ("--scenario", "json", "--quick", "--rotations", "500ms", *ASLEEP, *BRIEFLY)
    ended = shop.run(place, "run", "--only", "raw-asgi", *briefly)
    assert ended.code == 0, ended
    return shop


def test_a_new_lock_is_verified_measured_and_compared_with_the_versions_that_changed(shop: Shop, place: Place) -> None:
    ended = shop.run(place, "upgraded", "--only", "shop")
    assert ended.code == 0, ended
    assert "No lock changed since the last campaign" in ended.err
    shop.upgrade("2.0")
    (before,) = campaigns(place)
    ended = shop.run(place, "upgraded", "--only", "shop", "--blocks", 2)
    assert ended.code == 0, ended
    assert f"Since {before.name} the lock changed of: shop" in ended.err
    assert "1 configuration verified: all answer the contract" in ended.err
    assert [line for line in ended.out.splitlines() if line.strip().startswith("shop on uvicorn")]
    assert "versions  shop on uvicorn: frame 1.0 to 2.0" in ended.out
    assert "harness diff shop --server uvicorn --scenario json --a frame==1.0 --app" in ended.err
    record = place.campaign.read_record()
    assert (record.state, len(record.completed_blocks)) == ("finished", 2)
    assert {cell.app for cell in record.plan.cells} == {"raw-asgi", "shop"}
    assert place.page.with_name("compare.html").is_file()
    assert len(campaigns(place)) == 2


def test_what_breaks_an_application_is_shown_and_nothing_is_measured(shop: Shop, place: Place) -> None:
    shop.upgrade("3.0")
    ended = shop.run(place, "upgraded", "--only", "shop")
    assert ended.code == 3, ended
    assert "json: GET /json" in ended.out
    assert "nothing was measured: 1 of 1 configuration failed the contract with the new locks" in ended.err
    assert "harness upgraded --skip shop" in ended.err
    assert len(campaigns(place)) == 1
