import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from harness.target.folders import locked
from tests.end_to_end.command import Ended, Place

Once = Callable[[str, Callable[[Place], Ended]], tuple[Place, Ended]]


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
def once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Once:
    """A campaign that many tests look at, measured once whichever of them comes first, in whichever worker."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base

    def measured(name: str, measure: Callable[[Place], Ended]) -> tuple[Place, Ended]:
        place, told = Place(shared / name), shared / f"{name}.json"
        with locked(shared / f"{name}.lock"):
            if not told.exists():
                place.folder.mkdir()
                told.write_text(json.dumps(asdict(measure(place))))
                assert_nothing_left(place)
        return place, Ended(**json.loads(told.read_text()))

    return measured


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return Path(__file__).parents[2]
