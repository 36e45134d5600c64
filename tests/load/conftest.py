"""One load process for all tests of a test process: it takes a second to come up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.load.driver import LocustDriver


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    log: Path = tmp_path_factory.mktemp("load") / "load.log"
    with LocustDriver(cpus=(), log=log) as running:
        yield running
