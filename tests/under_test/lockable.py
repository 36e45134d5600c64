"""Small applications to lock and install: a few kilobytes of packages each."""

from pathlib import Path

import pytest

from harness.catalog.applications import Application
from harness.model.asked.application import AppManifest

SERVERS = {"one": ("h11",), "two": ("h11", "click")}


def application(apps: Path, app_id: str, *requirements: str, servers: tuple[str, ...] = ("one",)) -> Application:
    """A folder with requirements.in; its manifest is given, not read."""
    folder = apps / app_id
    folder.mkdir(parents=True)
    (folder / "app.toml").touch()
    (folder / "requirements.in").write_text("\n".join(requirements) + "\n")
    manifest = AppManifest.model_validate(
        {"id": app_id, "title": app_id, "servers": servers, "scenarios": ["json"], "targets": {"asgi": "app:app"}}
    )
    return Application(manifest, folder)


def packages_of(request: pytest.FixtureRequest) -> Path:
    """One package cache for all workers of a test run, so that each distribution is fetched once."""
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    base = factory.getbasetemp()
    shared = base.parent if hasattr(request.config, "workerinput") else base
    (shared / "packages").mkdir(exist_ok=True)
    return shared / "packages"


def pinned(path: Path) -> dict[str, str]:
    """Distribution -> version (of the last marker) of a lock."""
    lines = [line for line in path.read_text().splitlines() if "==" in line]
    return {line.partition("==")[0]: line.partition("==")[2].split()[0] for line in lines}


PROJECT = """
[project]
name = "mylib"
version = "1.0"
dependencies = ["iniconfig"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""


def with_local_package(apps: Path, *lines: str) -> Application:
    """One that requires the package in its folder lib."""
    app = application(apps, "one", *lines)
    package = app.folder / "lib" / "mylib"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("M = 1\n")
    (app.folder / "lib" / "pyproject.toml").write_text(PROJECT)
    return app
