import json
import os
import re
import signal
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from harness.model.errors import EnvironmentRefused
from harness.process.folders import locked, locked_if_free
from harness.under_test.install.environments import (
    COMPLETE,
    _lock_file,
    distributions_of,
    ensure,
    ensure_all,
    environment_of,
    prune,
)
from harness.under_test.install.locks import lock
from tests.process.helpers import running, until
from tests.under_test.lockable import SERVERS, application

pytestmark = pytest.mark.usefixtures("usual_index")

PYTHON = Path(sys.executable)


@pytest.fixture
def requirements(apps: Path, cache: Path) -> Path:
    """A lock: iniconfig, idna, h11."""
    app = application(apps, "one", "iniconfig")
    lock([app], SERVERS, apps, cache)
    return app.folder / "requirements.txt"


def packages(python: Path) -> set[str]:
    """What the environment can import, without what the standard library brings."""
    code = "import importlib.metadata, json; print(json.dumps([d.name for d in importlib.metadata.distributions()]))"
    return set(json.loads(subprocess.run([python, "-I", "-c", code], capture_output=True, check=True).stdout))


def test_an_environment_holds_exactly_what_is_locked(requirements: Path, cache: Path) -> None:
    python = ensure("one", requirements, PYTHON, cache)
    assert packages(python) == {"iniconfig", "h11", "idna"}


def test_nothing_is_left_to_compile_for_the_first_start(requirements: Path, cache: Path) -> None:
    python = ensure("one", requirements, PYTHON, cache)
    code = "import iniconfig, os; print(os.path.getmtime(iniconfig.__cached__))"
    packages = python.parent.parent.glob("lib/python*/site-packages/iniconfig/__pycache__/__init__.*.pyc")
    made = [path.stat().st_mtime for path in packages]
    assert made, "it is compiled before anything imported it"
    ran = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert [float(ran.stdout)] == made, "and what was compiled is what is imported"


def test_it_is_made_once(requirements: Path, cache: Path) -> None:
    python = ensure("one", requirements, PYTHON, cache)
    made = (python.parent.parent / COMPLETE).stat().st_mtime_ns
    assert ensure("one", requirements, PYTHON, cache) == python
    assert (python.parent.parent / COMPLETE).stat().st_mtime_ns == made


def test_a_changed_lock_never_meets_a_stale_environment(requirements: Path, cache: Path) -> None:
    before = ensure("one", requirements, PYTHON, cache)
    text = requirements.read_text()
    requirements.write_text(text[: text.index("iniconfig==")])
    after = ensure("one", requirements, PYTHON, cache)
    assert packages(after) == {"h11", "idna"}
    assert packages(before) == {"iniconfig", "h11", "idna"}


def test_another_interpreter_gets_another_environment(requirements: Path, cache: Path, tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\nexec "{PYTHON}" "$@"\n')
    other.chmod(0o755)
    first = environment_of("one", requirements, other, cache)
    assert first != environment_of("one", requirements, PYTHON, cache)
    os.utime(other, ns=(1, 1))
    assert environment_of("one", requirements, other, cache) != first


def test_one_that_was_not_finished_is_made_again(requirements: Path, cache: Path) -> None:
    folder = environment_of("one", requirements, PYTHON, cache)
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").write_text("half a file")
    assert "iniconfig" in packages(ensure("one", requirements, PYTHON, cache))


def test_nobody_builds_beside_a_uv_that_outlived_a_killed_harness(
    requirements: Path, cache: Path, tmp_path: Path
) -> None:
    slow, held_up = tmp_path / "python", tmp_path / "held up"
    # The harness itself asks an interpreter with -I -S; whoever else asks is uv.
    hold_up = f'touch "{held_up}"; while [ -e "{held_up}" ]; do sleep 0.02; done'
    slow.write_text(f'#!/bin/sh\ncase "$*" in "-I -S"*) ;; *) {hold_up};; esac\nexec "{PYTHON}" "$@"\n')
    slow.chmod(0o755)
    code = "import sys, pathlib; from harness.under_test.install.environments import ensure\n"
    code += "ensure('one', *map(pathlib.Path, sys.argv[1:]))"
    lock_file = _lock_file(environment_of("one", requirements, slow, cache))
    with subprocess.Popen([sys.executable, "-c", code, requirements, slow, cache]) as harness:
        until(held_up.exists)
        harness.kill()
    with locked_if_free(lock_file) as free:
        held_up.unlink()
    assert not free
    with locked(lock_file):
        pass  # uv has ended


def _begin(arguments: tuple[Path, Path]) -> tuple[Path, int]:
    requirements, cache = arguments
    python = ensure("one", requirements, PYTHON, cache)
    return python, (python.parent.parent / COMPLETE).stat().st_ino


def test_processes_that_want_it_at_the_same_time_get_the_same_whole_one(requirements: Path, cache: Path) -> None:
    with get_context("spawn").Pool(3) as pool:
        made = pool.map(_begin, [(requirements, cache)] * 3)
    assert len(set(made)) == 1
    assert "iniconfig" in packages(made[0][0])


def test_many_are_made_at_once_and_one_that_cannot_be_does_not_keep_the_others_from_it(
    requirements: Path, cache: Path, tmp_path: Path
) -> None:
    locks = {"a": requirements, "b": requirements, "c": tmp_path / "none.txt", "d": None}
    made = ensure_all({(app, "one"): (own, PYTHON) for app, own in locks.items()}, cache)
    assert isinstance(made["c", "one"], EnvironmentRefused)
    assert made["d", "one"] == PYTHON
    for app in ("a", "b"):
        python = made[app, "one"]
        assert isinstance(python, Path)
        assert "iniconfig" in packages(python)
        assert app in python.parent.parent.name


def test_a_distribution_that_is_not_the_locked_one_is_refused(requirements: Path, cache: Path) -> None:
    requirements.write_text(re.sub(r"sha256:[0-9a-f]{64}", "sha256:" + "0" * 64, requirements.read_text()))
    with pytest.raises(EnvironmentRefused, match=r"(?si)^one: .*hash") as refused:
        ensure("one", requirements, PYTHON, cache)
    assert "harness lock --only one" in refused.value.mend


def test_a_lock_without_hashes_is_refused(cache: Path, tmp_path: Path) -> None:
    bare = tmp_path / "requirements.txt"
    bare.write_text("iniconfig==2.0.0\n")
    with pytest.raises(EnvironmentRefused, match=r"(?s)^one: .*hash"):
        ensure("one", bare, PYTHON, cache)


def test_a_missing_lock_is_refused_with_the_command_that_makes_it(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match=r"^one: requirements.txt is missing\n.*harness lock --only one"):
        ensure("one", tmp_path / "requirements.txt", PYTHON, cache)


def test_an_interpreter_that_does_not_exist_is_refused(requirements: Path, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match=r"^--python: there is no interpreter at .*python9.9"):
        ensure("one", requirements, tmp_path / "python9.9", cache)


def test_a_file_that_is_no_interpreter_is_refused(requirements: Path, cache: Path, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexit 3\n")
    for mode in (0o644, 0o755):
        fake.chmod(mode)
        with pytest.raises(EnvironmentRefused, match=r"^--python: .* does not run as a Python"):
            ensure("one", requirements, fake, cache)


def test_an_application_in_another_language_is_given_the_interpreter(cache: Path) -> None:
    assert ensure("rails", None, PYTHON, cache) == PYTHON
    assert not (cache / "environments").exists()


@pytest.fixture
def two_environments(requirements: Path, cache: Path) -> tuple[Path, Path]:
    stale = ensure("one", requirements, PYTHON, cache).parent.parent
    requirements.write_text(requirements.read_text() + "# changed\n")
    return stale, ensure("one", requirements, PYTHON, cache).parent.parent


def test_stale_environments_are_pruned_and_current_ones_stay(two_environments: tuple[Path, Path], cache: Path) -> None:
    stale, current = two_environments
    assert prune(cache, [current]) == (stale,)
    assert [path for path in stale.parent.iterdir() if path.is_dir()] == [current]
    assert prune(cache, [current]) == ()


def test_one_that_is_being_made_is_not_pruned(two_environments: tuple[Path, Path], cache: Path) -> None:
    stale, current = two_environments
    with locked(_lock_file(stale)):
        assert prune(cache, [current]) == ()
    assert stale.is_dir()


def test_there_is_nothing_to_prune_before_anything_was_made(cache: Path) -> None:
    assert prune(cache, []) == ()


def test_what_is_installed_in_an_environment_is_told_by_its_python(requirements: Path, cache: Path) -> None:
    pinned = dict(re.findall(r"^([\w-]+)==([\w.]+)", requirements.read_text(), re.MULTILINE))
    assert pinned.keys() == {"iniconfig", "h11", "idna"}
    assert dict(distributions_of(ensure("one", requirements, PYTHON, cache))) == pinned


def test_a_program_that_is_no_python_tells_no_distributions() -> None:
    assert dict(distributions_of(Path("/bin/echo"))) == {}


INTERRUPTED = """
import os, sys
from pathlib import Path
from harness.under_test.install import uv_command

uv_command._executable = lambda: sys.argv[1]
try:
    uv_command.side_by_side([lambda: uv_command.run_uv([], package_cache=Path(sys.argv[2]))])
except KeyboardInterrupt:
    os._exit(7)
"""


def test_a_harness_that_is_interrupted_and_ends_at_once_leaves_no_uv_behind(tmp_path: Path) -> None:
    slow, pid = tmp_path / "uv", tmp_path / "pid"
    slow.write_text(f'#!/bin/sh\necho $$ > "{pid}.part" && mv "{pid}.part" "{pid}"\nexec sleep 60\n')
    slow.chmod(0o755)
    with subprocess.Popen([sys.executable, "-c", INTERRUPTED, str(slow), str(tmp_path)]) as harness:
        until(pid.exists)
        harness.send_signal(signal.SIGINT)
        assert harness.wait(30) == 7
    until(lambda: not running(int(pid.read_text())), deadline_s=10)
