"""Small real applications to lock and install: a few kilobytes from the package index each."""

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
