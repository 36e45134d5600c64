from pathlib import Path

import pytest

from harness.under_test.install.uv_command import PACKAGES
from tests.conftest import MadeOnce
from tests.under_test.lockable import packages_of
from tests.under_test.package_index import PackageIndex, asked_alone, publish_usual


@pytest.fixture
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A cache of its own for each test, but for the packages themselves."""
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / PACKAGES).symlink_to(packages_of(request))
    return folder


@pytest.fixture
def apps(tmp_path: Path) -> Path:
    """The project's folder of applications, with what they all share."""
    shared = tmp_path / "apps" / "_shared"
    shared.mkdir(parents=True)
    (shared / "requirements.in").write_text("# of everybody\nidna\n")
    return tmp_path / "apps"


@pytest.fixture
def usual_index(made_once: MadeOnce, monkeypatch: pytest.MonkeyPatch) -> PackageIndex:
    """The only index that uv asks: a folder, since one in the network may keep many that ask at once waiting."""
    return asked_alone(made_once("index", publish_usual), monkeypatch)
