"""A load process for each test module: it takes a second to come up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.load.driver import LocustDriver


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    log: Path = tmp_path_factory.mktemp("load") / "load.log"
    with LocustDriver(cpus=(), log=log) as running:
        yield running
