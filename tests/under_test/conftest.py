from pathlib import Path

import pytest

from harness.under_test.install.uv_command import PACKAGES
from tests.under_test.lockable import packages_of


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
