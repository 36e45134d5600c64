"""The harness itself dies, in every way it can; a small one is run as a program and killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process.helpers import all_gone, program, running, until


@contextmanager
def small_harness(folder: Path, how: str = "plain") -> Iterator[tuple[subprocess.Popen[bytes], list[int], list[int]]]:
    """The harness, the pids of its wardens and programs, and those of its plain forks."""
    harness = subprocess.Popen(program("small_harness", folder, how, *program("tree")), start_new_session=True)
    try:
        until((folder / "pids").exists)
        owned, forks = (folder / "pids").read_text().split("\n")
        yield harness, [int(pid) for pid in owned.split()], [int(pid) for pid in forks.split()]
    finally:
        harness.kill()
        harness.wait()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_nothing_is_left_when_the_harness_is_ended_by(number: signal.Signals, tmp_path: Path) -> None:
    with small_harness(tmp_path) as (harness, pids, _):
        assert len(pids) == 15
        assert all(map(running, pids))
        harness.send_signal(number)
        until(lambda: all_gone(pids))


def test_a_fork_of_the_harness_that_holds_the_lifelines_open_does_not_keep_the_tree_alive(tmp_path: Path) -> None:
    with small_harness(tmp_path, "fork") as (harness, pids, forks):
        harness.kill()
        until(lambda: all_gone(pids))
        assert all(map(running, forks))
        os.kill(forks[0], signal.SIGKILL)


def test_ctrl_c_at_the_terminal_reaches_the_harness_alone(tmp_path: Path) -> None:
    """The terminal signals the foreground process group; a program that got the signal itself would say so."""
    code = (
        "import pathlib, signal, sys, time\n"
        "def heard(number, _):\n"
        "  print(signal.Signals(number).name, flush=True); sys.exit(0)\n"
        "signal.signal(signal.SIGINT, heard); signal.signal(signal.SIGTERM, heard)\n"
        "pathlib.Path(sys.argv[1]).touch()\n"
        "while True: time.sleep(0.05)\n"
    )
    argv = program("small_harness", tmp_path, "plain", sys.executable, "-c", code)
    harness = subprocess.Popen(argv, start_new_session=True, stderr=subprocess.DEVNULL)
    until((tmp_path / "pids").exists)
    os.killpg(harness.pid, signal.SIGINT)
    harness.wait(30)
    assert [(tmp_path / f"{index}.log").read_text() for index in range(3)] == ["SIGTERM\n"] * 3
