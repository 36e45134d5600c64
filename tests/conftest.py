"""What holds for all tests."""

import gc
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.process.folders import locked

LONGEST_NAME = 200
MadeOnce = Callable[[str, Callable[[Path], object]], Path]


def pytest_configure() -> None:
    """Started in the background, or by nohup, the tests would hand on that signals are ignored to every harness.

    Many ask for packages at once, and some of their questions for names get lost: they are asked again after a second,
    not after five (resolv.conf(5)).
    """
    os.environ.setdefault("RES_OPTIONS", "timeout:1 attempts:5")
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number is signal.SIGINT else signal.SIG_DFL)
    gc.disable()  # until all tests are there


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share what their module makes once run in one process: each other one would make it again."""
    for item in items if config.pluginmanager.hasplugin("xdist") else ():
        if isinstance(item, pytest.Function) and not item.get_closest_marker("xdist_group") and sharing(item):
            item.add_marker(pytest.mark.xdist_group(sharing(item)))


def sharing(item: pytest.Function) -> str:
    """The module and which of its fixtures' parameters are used, where it has fixtures that last as long as it does."""
    definitions = [found[-1] for found in item._fixtureinfo.name2fixturedefs.values()]
    lasting = [one.argname for one in definitions if one.scope == "module"]
    chosen = item.callspec.indices if hasattr(item, "callspec") else {}
    return " ".join([item.path.stem, *(str(chosen[name]) for name in lasting if name in chosen)]) if lasting else ""


def pytest_collection_finish() -> None:
    """The modules and thousands of tests stay to the end: a collection that looked at them would find nothing."""
    gc.freeze()
    gc.enable()


def pytest_make_parametrize_id(val: object) -> str | None:
    """Each test process sends the names of all tests: what is megabytes long is named by its beginning and length."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_NAME:
        return f"{val[:LONGEST_NAME]!r} ({len(val)} long)"
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Tests that run in parallel wait, for servers and deadlines, and compute: three for two cores.

    With four a run takes some minutes less where the machine is fast. Where it is slow the cores are busy all the time,
    and in most runs a test that rests on some speed fails.
    """
    return 3 * (os.cpu_count() or 1) // 2


@pytest.fixture(scope="session")
def made_once(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """A folder that many tests look at, made once by whichever of them comes first, in whichever test process."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if hasattr(request.config, "workerinput") else base

    def made(name: str, make: Callable[[Path], object]) -> Path:
        folder, done = common / name, common / f"{name}.done"
        with locked(common / f"{name}.lock"):
            if not done.exists():
                assert not folder.exists(), f"it could not be made: see the first test that asked for {name!r}"
                folder.mkdir()
                make(folder)
                done.touch()
        return folder

    return made
