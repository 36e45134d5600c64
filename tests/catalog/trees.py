"""Trees of applications and scenarios, written for a test."""

from collections.abc import Mapping
from pathlib import Path

from harness.catalog.applications import Application, find_applications
from harness.model.asked.application import Interface

SERVERS: Mapping[str, Interface] = {
    "uvicorn": "asgi",
    "gunicorn-sync": "wsgi",
    "gunicorn-gthread": "wsgi",
    "hypercorn": "asgi",
    "daphne": "asgi",
    "own": "own",
}
KNOWN_SCENARIOS = ("db", "json", "plaintext")

RIGHT_APP = """
id = "shop"
title = "A shop"
servers = ["uvicorn"]
scenarios = ["json"]
targets.asgi = "app:app"
"""

RIGHT_SCENARIO = """
id = "hello"
title = "Hello"
about = "A greeting."
levels = [{ connections = 16 }, { connections = 64 }]
rank.at = { connections = 64 }
requests = [{ path = "/hello" }]
expect = { content_type = "text/plain", form = "text", body = "hello" }
"""


def application(apps: Path, manifest: str = RIGHT_APP, name: str = "shop") -> Path:
    """The folder of an application with this manifest."""
    folder = apps / name
    folder.mkdir(parents=True)
    (folder / "app.toml").write_text(manifest)
    (folder / "requirements.in").write_text("")
    return folder


def scenario(scenarios: Path, manifest: str = RIGHT_SCENARIO, name: str = "hello", check: str | None = None) -> Path:
    """The folder of a scenario with this manifest and check.py."""
    folder = scenarios / name
    folder.mkdir(parents=True)
    (folder / "scenario.toml").write_text(manifest)
    if check is not None:
        (folder / "check.py").write_text(check)
    return folder


def found(apps: Path, *extra: Path) -> tuple[Application, ...]:
    return find_applications(apps, extra, known_servers=SERVERS, known_scenarios=KNOWN_SCENARIOS)
