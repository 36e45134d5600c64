"""What a campaign meets around it: a disk that fills up, a database that dies."""

import os
import resource
import shutil
import signal
import sys
from pathlib import Path

import pytest

from harness.campaign.run import ROOM_BYTES
from harness.campaign.session.recording import BUSY_MACHINE
from harness.model.errors import ExitCode
from tests.cli.said import said
from tests.end_to_end.applications import given, shop
from tests.end_to_end.command import Place, until


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux alone")
def test_a_disk_that_fills_up_ends_it_with_one_message_and_everything_is_kept(place: Place) -> None:
    """A limit on the size of files fails a write just as a full disk does, without filling one."""
    app = given(shop(place.folder, "shop", "slow"))
    options = (*app, "--only", "shop", "--scenario", "json", "--rotations", "60s", "--blocks", "1", "--latency", "none")
    with place.measuring(*options) as command:
        until(lambda: place.slices() > 5, "some rotations are on disk")
        largest = (place.results / "latest" / "campaign.json").stat().st_size - 1
        resource.prlimit(command.process.pid, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
        ended = command.end()
    assert ended.code == ExitCode.ENVIRONMENT, ended
    assert "cannot be written: File too large" in ended.err
    assert "make room on the disk; everything measured so far is kept, and --resume goes on" in ended.err
    assert place.left() == []
    assert len(place.campaign.read_slices()[0][0]) > 5
    assert place.campaign.read_record().completed_blocks == ()


def test_too_little_room_is_refused_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: found._replace(free=ROOM_BYTES - 1))
    told = said(capsys, "run", "--only", "raw-asgi", "--scenario", "json", "--results", tmp_path / "results")
    assert told.code == ExitCode.ENVIRONMENT
    assert f"{ROOM_BYTES // 2**20} MB are wanted" in told.message
    assert list((tmp_path / "results").iterdir()) == []


def test_a_database_that_dies_is_said_to_be_gone_and_no_application_is_blamed(place: Place) -> None:
    options = ("--only", "raw-asgi", "--scenario", "db", "--rotations", "60s", "--blocks", "1", "--latency", "none")
    with place.measuring(*options, "--continuous", "none", "--database", "postgresql") as command:
        until(lambda: place.slices() > 5, "some rotations are on disk")
        os.kill(postmaster(place), signal.SIGKILL)
        ended = command.end(timeout_s=120)
    assert ended.code == ExitCode.ENVIRONMENT, ended
    assert "the database is gone: it was ended by signal 9" in ended.err
    assert "does not keep the contract" not in ended.err
    record = place.campaign.read_record()
    assert record.failures == ()
    assert {notice.code for notice in record.notices} - {BUSY_MACHINE} == {"database-gone"}
    assert (record.state, record.completed_blocks) == ("interrupted", ())
    assert len(place.campaign.read_slices()[0][0]) > 5
    assert place.page.exists()
    assert place.left() == []


def postmaster(place: Place) -> int:
    """The process that all others of the campaign's database are children of."""
    return next(int(line.split()[0]) for line in place.left() if "/postgres -D " in line)
