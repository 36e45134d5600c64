"""While a command uses the environments, nobody cleans them away; also not `make clean`, without an environment."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.process.in_use import users, using

ROOT = Path(__file__).parents[2]
USE = """
import sys, time
from pathlib import Path
from harness.process.in_use import using
with using(Path(sys.argv[1]), "campaign 20261126 in /elsewhere"):
    print("begun", flush=True)
    time.sleep(600)
"""


@contextmanager
def user(cache: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that uses the cache."""
    with subprocess.Popen([sys.executable, "-c", USE, cache], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "begun\n"
            yield process
        finally:
            process.kill()


def test_users_are_told_as_long_as_they_live(tmp_path: Path) -> None:
    assert users(tmp_path) == []
    with using(tmp_path, "this"), user(tmp_path) as other:
        assert sorted(users(tmp_path)) == ["campaign 20261126 in /elsewhere", "this"]
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert users(tmp_path) == ["this"]
    assert users(tmp_path) == []


def make_clean(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "clean"], cwd=folder, capture_output=True, text=True, check=False)


def test_make_clean_refuses_too_and_works_without_an_environment(tmp_path: Path) -> None:
    script = tmp_path / "harness" / "process" / "in_use.py"
    script.parent.mkdir(parents=True)
    shutil.copy(ROOT / "harness" / "process" / "in_use.py", script)
    shutil.copy(ROOT / "Makefile", tmp_path)
    kept = tmp_path / ".cache" / "environments"
    kept.mkdir(parents=True)
    with user(tmp_path / ".cache"):
        refused = make_clean(tmp_path)
        assert refused.returncode == 2, "what make itself ends with"
        assert "in use by campaign 20261126 in /elsewhere" in refused.stderr
        assert "Error 5" in refused.stderr
        assert kept.exists()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").write_text("broken")
    assert make_clean(tmp_path).returncode == 0
    assert not kept.exists()
    assert not (tmp_path / ".venv").exists()
    assert make_clean(tmp_path).returncode == 0, "there is nothing left to remove"
