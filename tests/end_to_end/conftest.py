import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.conftest import MadeOnce
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Ended, Place

LONGEST_S = 400
"""Of a test that says nothing else, what it has measured first included: four tests side by side share two cores."""
Once = Callable[[str, Callable[[Place], Ended]], tuple[Place, Ended]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(LONGEST_S))


def assert_nothing_left(place: Place) -> None:
    left = place.left()
    assert not left, f"left behind: {left}"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """For one test. Its name is short, since sockets lie in it. Whatever a test did there, it leaves no process."""
    place = Place(tmp_path_factory.mktemp("e"))
    yield place
    assert_nothing_left(place)


@pytest.fixture(scope="session")
def once(made_once: MadeOnce) -> Once:
    """A campaign that many tests look at, measured once."""

    def measured(name: str, measure: Callable[[Place], Ended]) -> tuple[Place, Ended]:
        def make(folder: Path) -> None:
            (folder / "ended.json").write_text(json.dumps(asdict(measure(Place(folder)))))
            assert_nothing_left(Place(folder))

        folder = made_once(name, make)
        return Place(folder), Ended(**json.loads((folder / "ended.json").read_text()))

    return measured


@pytest.fixture
def short(once: Once) -> tuple[Place, Ended]:
    """One short block of one shop. Its report had no place: a folder lies where a file of it is written first."""

    def measure(place: Place) -> Ended:
        (place.page.parent / "ranking.json.new").mkdir(parents=True)
        options = ("--only", "shop", "--scenario", "json", "--quick", "--rotations", "300ms", "--seed", 5)
        return place.measure(*given(shop(place.folder, "shop")), *options)

    return once("short", measure)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return Path(__file__).parents[2]
