"""CPU and memory are compared with what the programs found out about themselves."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.measure.tree import idle_cpu_shares, living, tree_cpu_seconds, tree_pss_bytes, tree_size

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")

BURN = "def burn(s):\n  while time.process_time() < s: pass\n"
PREAMBLE = f"import os, sys, threading, time\n{BURN}"


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


@contextmanager
def root(tmp_path: Path, code: str) -> Iterator[int]:
    """A process below which `code` runs; it tells by `done` that it has done its work, and stays."""
    done = tmp_path / "done"
    child = f"{PREAMBLE}{code}\nopen({str(done)!r}, 'w').close()\ntime.sleep(60)"
    starter = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {child!r}]).returncode)"
    process = subprocess.Popen([sys.executable, "-c", starter], start_new_session=True)
    try:
        until(done.exists)
        yield process.pid
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def cpu_of(pid: int) -> float:
    used = tree_cpu_seconds(pid)
    assert used is not None
    return used


def test_cpu_of_living_and_dead_workers_and_threads_is_counted(tmp_path: Path) -> None:
    code = (
        "burn(0.2)\n"
        "if os.fork() == 0:\n  burn(0.3); os._exit(0)\n"
        "os.wait()\n"
        "if os.fork() == 0:\n  burn(0.4); time.sleep(60)\n"
        "thread = threading.Thread(target=burn, args=(0.5,)); thread.start(); thread.join()\n"
    )
    with root(tmp_path, code) as pid:
        until(lambda: cpu_of(pid) >= 1.19)
        assert cpu_of(pid) < 1.5


def test_an_idle_tree_costs_nothing_and_a_busy_one_a_core(tmp_path: Path) -> None:
    (tmp_path / "idle").mkdir()
    (tmp_path / "busy").mkdir()
    busy = "threading.Thread(target=burn, args=(50,), daemon=True).start()"
    with root(tmp_path / "idle", "pass") as idle, root(tmp_path / "busy", busy) as working:
        shares = idle_cpu_shares({"idle": idle, "busy": working}, 0.5)
    assert shares["idle"] is not None
    assert shares["busy"] is not None
    assert shares["idle"] < 0.005
    assert shares["busy"] > 10 * max(shares["idle"], 0.001)


def test_memory_shared_by_forks_is_counted_once(tmp_path: Path) -> None:
    megabytes = 64
    code = f"block = os.urandom({megabytes} << 20)\nfor _ in range(3):\n  if os.fork() == 0: time.sleep(60)\n"
    with root(tmp_path, code) as pid:
        memory = tree_pss_bytes(pid)
    assert memory is not None
    assert megabytes << 20 < memory < 2 * megabytes << 20


def test_processes_and_their_threads_are_counted_without_the_root(tmp_path: Path) -> None:
    code = (
        "for number in range(2):\n  if os.fork() == 0:\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n    time.sleep(60)\n"
    )
    with root(tmp_path, code) as pid:
        until(lambda: tree_size(pid)[1] == 5)
        assert tree_size(pid) == (3, 5), "the program and its two forks, each of which has two threads"


def test_a_tree_that_is_gone_has_no_figures() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert tree_cpu_seconds(ended.pid) is None
    assert tree_pss_bytes(ended.pid) is None
    assert idle_cpu_shares({"gone": ended.pid}, 0) == {"gone": None}


def test_what_any_thread_has_started_is_found_however_deep_and_nothing_of_a_root_that_is_gone(tmp_path: Path) -> None:
    code = (
        "import subprocess\n"
        'below = f\'import subprocess, sys; subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"])\'\n'
        "def start(): subprocess.Popen([sys.executable, '-c', below])\n"
        "thread = threading.Thread(target=lambda: (start(), time.sleep(60)), daemon=True); thread.start()\n"
    )
    with root(tmp_path, code) as pid:
        until(lambda: len(living(pid)) == 3)
        assert living(pid) == sorted(psutil.Process(pid).children(recursive=True), key=lambda process: process.pid)
    assert living(pid) == []
