"""Folders of a killed harness are removed by the next command; nobody else's ever are."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.model.errors import EnvironmentRefused
from harness.process.folders import (
    HELD,
    private_folder,
    refuse_unusable_temporary_folder,
    sweep_temporary,
    temporary_folder,
)

HOLD = """
import sys, time
from harness.process.folders import temporary_folder
with temporary_folder("work") as folder:
    (folder / "inside").mkdir()
    (folder / "inside" / "large").write_text("x" * 1000)
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, here and in every process started by a test."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


@contextmanager
def holder() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that holds a temporary folder, and the folder."""
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_what_a_killed_holder_left_is_swept_and_what_a_living_one_holds_stays() -> None:
    with holder() as (killed, left), holder() as (_, held):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert (left / "inside" / "large").exists()
        sweep_temporary()
        assert not left.exists()
        assert (held / "inside" / "large").exists()


def test_a_folder_is_gone_after_its_with_block(temporary: Path) -> None:
    with temporary_folder("work") as folder:
        (folder / "file").touch()
        assert folder.name.startswith("harness-work-")
    assert list(temporary.iterdir()) == []


def test_what_is_not_ours_is_never_swept(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / HELD).touch()
    (temporary / "harness-without-a-mark").mkdir()
    (temporary / "harness-mark-is-a-link").mkdir()
    (temporary / "harness-mark-is-a-link" / HELD).symlink_to(elsewhere / HELD)
    (temporary / "harness-link").symlink_to(elsewhere)
    (temporary / "other-prefix").mkdir()
    (temporary / "other-prefix" / HELD).touch()
    (temporary / "harness-file").touch()
    before = sorted(temporary.rglob("*"))
    sweep_temporary()
    assert sorted(temporary.rglob("*")) == before
    assert (elsewhere / HELD).exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make another user's folder")
def test_another_users_folder_is_never_swept(temporary: Path) -> None:
    theirs = temporary / "harness-theirs"
    theirs.mkdir()
    (theirs / HELD).touch()
    os.chown(theirs, 65534, 65534)
    os.chown(theirs / HELD, 65534, 65534)
    sweep_temporary()
    assert theirs.exists()


def test_a_private_folder_replaces_what_a_killed_one_left(tmp_path: Path) -> None:
    left = tmp_path / "postgresql-left"
    left.mkdir()
    (left / HELD).touch()
    with private_folder(tmp_path, "postgresql") as folder, private_folder(tmp_path, "postgresql") as other:
        assert not left.exists()
        assert folder.exists()
        assert other.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_tmpdir_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_unusable_temporary_folder()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "absent"))
    with pytest.raises(EnvironmentRefused, match=r"absent: No such file.*\n.*export TMPDIR=/tmp"):
        refuse_unusable_temporary_folder()
