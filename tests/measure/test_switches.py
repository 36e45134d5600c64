"""Context switches are compared with what a program does on purpose."""

import os
import sys
from pathlib import Path

import pytest

from harness.measure.switches import Switches, between, of_status, switches_by_thread
from tests.measure.test_tree import root, until

STATUS = "Name:\tpython\nThreads:\t2\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n"
SLEEPS = 50


def test_a_status_without_counts_says_that_nothing_is_known() -> None:
    assert of_status(STATUS) == Switches(12, 3)
    assert of_status("Name:\tpython\nThreads:\t2\n") is None


def test_switches_between_two_looks_count_new_threads_whole() -> None:
    before = {1: Switches(10, 2), 2: Switches(5, 0)}
    after = {1: Switches(14, 2), 2: Switches(5, 1), 3: Switches(7, 4)}
    assert between(before, after) == Switches(11, 5)
    assert between(before, before) == Switches(0, 0)


def test_switches_of_a_thread_that_ended_between_two_looks_are_not_known() -> None:
    before = {1: Switches(10, 2), 2: Switches(5, 0)}
    assert between(before, {1: Switches(14, 2)}) is None
    assert between(before, None) is None
    assert between(None, before) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_each_sleep_of_every_thread_of_a_tree_is_a_voluntary_switch(tmp_path: Path) -> None:
    sleep = f"[time.sleep(0.001) for _ in range({SLEEPS})]"
    code = (
        f"sleeper = lambda: ({sleep}, time.sleep(60))\n"
        "threads = [threading.Thread(target=sleeper, daemon=True) for _ in range(2)]\n"
        "[thread.start() for thread in threads]\n"
        f"if os.fork() == 0:\n  {sleep}; time.sleep(60)\n"
    )
    with root(tmp_path, code) as pid:
        until(lambda: sum(one.voluntary >= SLEEPS for one in (switches_by_thread(pid) or {}).values()) >= 3)
        counted = switches_by_thread(pid)
    assert counted is not None
    assert os.getpid() not in counted
    assert len(counted) == 4


@pytest.mark.skipif(sys.platform != "linux", reason="the system does not tell")
def test_switches_of_a_tree_that_is_gone_are_not_known(tmp_path: Path) -> None:
    with root(tmp_path, "pass") as pid:
        assert switches_by_thread(pid)
    assert switches_by_thread(pid) is None
