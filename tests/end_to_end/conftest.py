from collections.abc import Iterator

import pytest

from tests.end_to_end.command import Place


def made(factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place whose name is short, since sockets lie in it. Whatever a test did there, it leaves no process."""
    place = Place(factory.mktemp("e"))
    yield place
    left = place.left()
    assert not left, f"left behind: {left}"


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """For one test."""
    yield from made(tmp_path_factory)


@pytest.fixture(scope="module")
def shared_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """For all tests of a module, which look at one campaign."""
    yield from made(tmp_path_factory)
