"""`harness upgraded`, from a campaign over a new lock to the comparison."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.end_to_end.applications import SHOP
from tests.end_to_end.command import ASLEEP, BRIEFLY, Ended, Place
from tests.end_to_end.conftest import Once, assert_nothing_left
from tests.under_test.package_index import PackageIndex

pytestmark = pytest.mark.xdist_group("upgraded")

MANIFEST = """
id = "shop"
title = "Shop"
servers = ["own"]
scenarios = ["json"]

[own]
argv = ["{python}", "app.py", "{port}"]

[uses]
framework = "frame"
"""
APP = f"""
import runpy
import sys

import frame

sys.argv = ["shop.py", sys.argv[1], "NotFound" if frame.VERSION == "3.0" else "right"]
runpy.run_path({str(SHOP)!r}, run_name="__main__")
"""


class Shop:
    """An application with a lock that its author makes, of a framework alone."""

    def __init__(self, place: Place) -> None:
        self.place, self.folder = place, place.folder / "shop"
        self.index = PackageIndex(place.folder / "index")

    def write(self) -> None:
        for folder in (self.index.folder, self.folder):
            folder.mkdir()
        (self.folder / "app.toml").write_text(MANIFEST)
        (self.folder / "app.py").write_text(APP)

    def lock(self, version: str) -> None:
        """To this version of the framework."""
        wheel = next(self.index.folder.glob(f"frame-{version}-*"), None) or self.index.publish("frame", version)
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        (self.folder / "requirements.txt").write_text(f"frame=={version} --hash=sha256:{digest}\n")

    def run(self, command: str, *arguments: object) -> Ended:
        found = {"UV_FIND_LINKS": str(self.index.folder)}
        return self.place.run(command, "--app", self.folder, *self.place.folders(), *arguments, **found)


def measured(place: Place) -> Ended:
    """On the first version."""
    shop = Shop(place)
    shop.write()
    shop.lock("1.0")
    briefly = ("--scenario", "json", "--quick", "--rotations", "300ms", *ASLEEP, *BRIEFLY)
    return shop.run("run", "--only", "raw-asgi", *briefly)


@pytest.fixture
def shop(once: Once) -> Iterator[Shop]:
    """Measured once; its lock may be of another version now."""
    place, ended = once("upgraded", measured)
    assert ended.code == 0, ended
    yield Shop(place)
    assert_nothing_left(place)


def campaigns(place: Place) -> Sequence[Path]:
    return [path.parent for path in place.results.glob("*/campaign.json") if not path.parent.is_symlink()]


def test_a_new_lock_is_verified_measured_and_compared_with_the_versions_that_changed(shop: Shop) -> None:
    place, before = shop.place, campaigns(shop.place)
    shop.lock("1.0")
    ended = shop.run("upgraded", "--only", "shop")
    assert ended.code == 0, ended
    assert "No lock changed since the last campaign" in ended.err
    shop.lock("2.0")
    ended = shop.run("upgraded", "--only", "shop", "--blocks", 2)
    assert ended.code == 0, ended
    assert f"Since {before[0].name} the lock changed of: shop" in ended.err
    assert "1 configuration verified: all answer the contract" in ended.err
    assert [line for line in ended.out.splitlines() if line.strip().startswith("shop on own")]
    assert "versions  shop on own: frame 1.0 to 2.0" in ended.out
    assert "harness diff shop --server own --scenario json --a frame==1.0 --app" in ended.err
    record = place.campaign.read_record()
    assert (record.state, len(record.completed_blocks)) == ("finished", 2)
    assert {cell.app for cell in record.plan.cells} == {"raw-asgi", "shop"}
    assert place.page.with_name("compare.html").is_file()
    assert len(campaigns(place)) == len(before) + 1


def test_what_breaks_an_application_is_shown_and_nothing_is_measured(shop: Shop) -> None:
    before = campaigns(shop.place)
    shop.lock("3.0")
    ended = shop.run("upgraded", "--only", "shop")
    assert ended.code == 3, ended
    assert "json: GET /json" in ended.out
    assert "nothing was measured: 1 of 1 configuration failed the contract with the new locks" in ended.err
    assert "harness upgraded --skip shop" in ended.err
    assert campaigns(shop.place) == before
