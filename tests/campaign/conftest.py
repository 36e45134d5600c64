"""A load process for each test module that drives something."""

from collections.abc import Iterator

import pytest

from harness.load.driver import LocustDriver


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    with LocustDriver(cpus=(), log=tmp_path_factory.mktemp("load") / "load.log") as running:
        yield running
