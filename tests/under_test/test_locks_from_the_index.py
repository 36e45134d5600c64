"""Locks and environments from the package index that everybody asks."""

import sys
from pathlib import Path

import pytest

from harness.under_test.install.environments import distributions_of, ensure
from harness.under_test.install.locks import lock, stale_locks
from tests.under_test.lockable import SERVERS, application, pinned, with_local_package

PYTHON = Path(sys.executable)


def test_every_distribution_is_hashed(apps: Path, cache: Path) -> None:
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    text = (app.folder / "requirements.txt").read_text()
    for distribution in text.split("\n\n")[-1].split("==")[1:]:
        assert "--hash=sha256:" in distribution


def test_versions_fork_by_the_python_they_need(apps: Path, cache: Path) -> None:
    app = application(apps, "forked", "django>=5.2,<6.1")
    lock([app], SERVERS, apps, cache)
    versions = [line for line in (app.folder / "requirements.txt").read_text().splitlines() if "django==" in line]
    assert len(versions) == 2
    assert all("python_full_version" in line and "3.12" in line for line in versions)


def test_a_folder_among_the_requirements_is_found_beside_the_manifest_and_installed(
    apps: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = with_local_package(apps, "./lib")
    monkeypatch.chdir(tmp_path)
    lock([app], SERVERS, apps, cache)
    path = app.folder / "requirements.txt"
    assert pinned(path).keys() == {"iniconfig", "h11", "idna"}, "what it requires is locked"
    assert "# local: ./lib\n" in path.read_text()
    assert stale_locks([app], SERVERS, apps) == ()
    before = sorted((app.folder / "lib").rglob("*"))
    python = ensure("one", path, PYTHON, cache)
    assert distributions_of(python).keys() == {"mylib", "iniconfig", "h11", "idna"}
    assert sorted((app.folder / "lib").rglob("*")) == before, "building leaves nothing there"


def test_an_environment_is_made_without_the_network_where_the_cache_has_all(
    apps: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    path = app.folder / "requirements.txt"
    ensure("filled the cache", path, PYTHON, cache)
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert "iniconfig" in distributions_of(ensure("one", path, PYTHON, cache))
