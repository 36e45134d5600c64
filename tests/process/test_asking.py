"""A program that is asked for a few words gets neither more time nor more room than these take."""

import os
import sys
from pathlib import Path

import psutil
import pytest

from harness.process.asking import ask
from tests.process.helpers import until

LEAVES_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
"""


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_it_prints_on_each_output_is_returned() -> None:
    answer = ask(python("import sys; print('out'); print('err', file=sys.stderr)"), 30)
    assert (answer.stdout, answer.stderr, answer.fault) == ("out\n", "err\n", "")


def test_one_that_never_ends_is_killed_and_what_it_said_is_kept() -> None:
    answer = ask(python("import os, time; print(os.getpid(), flush=True); time.sleep(600)"), 1.0)
    assert answer.fault == "it does not end within 1 s"
    assert gone(int(answer.stdout))


@pytest.mark.parametrize("stream", [1, 2])
def test_one_that_prints_without_end_is_cut_off(stream: int) -> None:
    answer = ask(python(f"import os\nwhile True: os.write({stream}, b'x' * 1000)"), 30, most_bytes=10_000)
    assert answer.fault == "it prints more than 10,000 bytes"
    assert len(answer.stdout + answer.stderr) <= 20_000


def test_one_that_closes_its_outputs_and_goes_on_is_killed_all_the_same() -> None:
    assert ask(python("import os, time; os.close(1); os.close(2); time.sleep(600)"), 0.5).fault.startswith(
        "it does not end"
    )


def test_a_child_that_holds_the_outputs_is_not_waited_for_and_does_not_stay() -> None:
    answer = ask(python(LEAVES_A_CHILD), 30)
    assert answer.fault == ""
    until(lambda: gone(int(answer.stdout)))


def test_one_that_fails_or_is_not_there_says_so(tmp_path: Path) -> None:
    assert ask(python("raise SystemExit(7)"), 30).fault == "it ends with exit code 7"
    assert "No such file" in ask([str(tmp_path / "none")], 30).fault


def test_it_is_not_sent_to_the_library_of_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "PYTHONHOME", "/nowhere")
    assert ask(python("print('here')"), 30).stdout == "here\n"
