"""A load process for each test module that drives something."""

from collections.abc import Iterator

import pytest

from harness.load.driver import LocustDriver
from harness.measure import spinning


@pytest.fixture(scope="session", autouse=True)
def not_probed() -> Iterator[None]:
    """Whether a busy generator slows a core takes half a second to find out, for each of the many plans made here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spinning, "why_not_by_probe", lambda _: None)
        yield


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocustDriver]:
    with LocustDriver(cpus=(), log=tmp_path_factory.mktemp("load") / "load.log") as running:
        yield running
