from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from tests.catalog.trees import RIGHT_APP, application, scenario

TWO_SERVERS = RIGHT_APP.replace('["uvicorn"]', '["uvicorn", "gunicorn-asgi"]')
GREETING = """
id = "json"
title = "JSON"
about = "A greeting."
levels = [{ connections = 16 }]
rank.at = { connections = 16 }
requests = [{ path = "/json" }]
expect = { content_type = "application/json", form = "json", body = "{}" }
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A small project that the commands take for their own."""
    project = Project(tmp_path / "project")
    application(project.apps, TWO_SERVERS)
    shared = project.apps / "_shared" / "requirements.in"
    shared.parent.mkdir()
    shared.touch()
    scenario(project.scenarios, GREETING, "json")
    monkeypatch.setattr(Project, "here", classmethod(lambda cls: project))
    return project
