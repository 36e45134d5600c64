"""Where gunicorn's workers touch their file: in memory, where a file can be made there."""

from pathlib import Path

import pytest

from harness.under_test.launch import arguments
from harness.under_test.launch.launch import launched
from tests.under_test.serving import application, launch, python_with_servers


def test_a_folder_takes_files_only_where_one_can_be_made_and_written(tmp_path: Path) -> None:
    assert arguments.takes_files(tmp_path)
    assert not arguments.takes_files(tmp_path / "none")
    (tmp_path / "file").touch()
    assert not arguments.takes_files(tmp_path / "file")
    assert not arguments.takes_files(Path("/proc"))


def test_gunicorn_starts_all_the_same_where_memory_takes_no_files(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arguments, "MEMORY", tmp_path / "not-there")
    wanted = launch(application(tmp_path / "app"), server="gunicorn-sync", python=python_with_servers(request))
    with launched(wanted) as live:
        assert "--worker-tmp-dir" not in live.command
        assert live.process.poll() is None
