"""What a killed command left among the temporary files, the next command removes."""

import tempfile
from pathlib import Path

import pytest

from harness.campaign.plan.project import Project
from harness.model.errors import ExitCode
from harness.process.folders import HELD
from tests.cli.said import said


def test_the_next_command_sweeps_what_a_killed_one_left(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "harness-postgresql-left"
    left.mkdir()
    (left / "large").touch()
    (left / HELD).touch()
    assert said(capsys, "list").code == ExitCode.OK
    assert not left.exists()
    assert project.apps.exists()


def test_a_plan_needs_a_folder_for_temporary_files(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    refused = said(capsys, "run", "--plan")
    assert refused.code == ExitCode.ENVIRONMENT
    assert "export TMPDIR=/tmp" in refused.message
