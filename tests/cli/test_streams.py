"""Where output goes may be full, closed, or left by its reader: never a traceback, and never 0 for what is lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.report.campaigns import campaign, saved

HARNESS = [sys.executable, "-c", "from harness.cli.main import main; main()"]
FULL = Path("/dev/full")
full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def harness(*arguments: object, redirected: str = "") -> subprocess.CompletedProcess[str]:
    """Run through a shell's redirection, as a person does."""
    line = ["sh", "-c", f'"$@" {redirected}', "sh", *HARNESS, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("one") / "then", *campaign(1))


@full
@pytest.mark.parametrize(
    "arguments", [("list",), ("list", "--json"), ("--help",), ("list", "--help"), ("--version",), ("export",)]
)
def test_what_cannot_be_written_ends_with_5_and_a_message(arguments: tuple[str, ...], folder: Path) -> None:
    given = (*arguments, folder) if arguments == ("export",) else arguments
    ended = harness(*given, redirected="> /dev/full")
    assert ended.returncode == 5, ended
    assert ended.stderr.startswith("error: standard output: cannot be written: No space left on device")
    assert "Traceback" not in ended.stderr
    assert "Exception ignored" not in ended.stderr


@full
def test_a_worse_end_is_not_hidden_by_a_full_disk_and_messages_that_are_lost_change_nothing() -> None:
    assert harness("lst", redirected="> /dev/full").returncode == 2
    assert harness("lst", redirected="2> /dev/full").returncode == 2
    assert harness("list", redirected="2> /dev/full").returncode == 0


@pytest.mark.parametrize("arguments", [("list",), ("--help",), ("list", "--json")])
def test_a_reader_who_leaves_is_no_fault(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([*HARNESS, *arguments], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("redirected", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_a_stream_that_is_closed_from_the_beginning_is_no_fault(redirected: str) -> None:
    ended = harness("list", redirected=redirected)
    assert (ended.returncode, ended.stderr) == (0, "")
