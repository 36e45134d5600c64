"""What a server loads (harness_entry), run in a process of its own as a server would."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from harness.measure.interpreter import PROBE, describe
from harness.model.measured.machine import Identity
from harness.under_test.launch.command import ENTRY_FOLDER


def run(tmp_path: Path, code: str, *, app: str = "handler = object()\n", path: tuple[Path, ...] = ()) -> str:
    """Output of `code` where PYTHONPATH and the variables are as for a server. It is given the application `app`."""
    (tmp_path / "identities").mkdir(exist_ok=True)
    (tmp_path / "app.py").write_text(app)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, (tmp_path, *path, ENTRY_FOLDER, PROBE))),
        "HARNESS_TARGET": "app:handler",
        "HARNESS_IDENTITY": str(tmp_path / "identities"),
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def identity(tmp_path: Path) -> Identity:
    (file,) = (tmp_path / "identities").iterdir()
    found = Identity.model_validate_json(file.read_bytes())
    assert file.name == f"{found.pid}.json"
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_application_is_the_very_same_object(tmp_path: Path) -> None:
    assert run(tmp_path, "import app, harness_entry; print(harness_entry.application is app.handler)") == "True"


def test_it_tells_its_pid_and_its_interpreter(tmp_path: Path) -> None:
    pid = run(tmp_path, "import os, harness_entry; print(os.getpid())")
    assert identity(tmp_path).pid == int(pid)
    assert identity(tmp_path).interpreter == describe(Path(sys.executable))


ASKED = """
import ctypes, os
asked = []
ctypes.CDLL = lambda _: type("Library", (), dict(prctl=staticmethod(lambda *given: asked.append(given[0]))))
os.environ |= {variables}
import harness_entry
print(asked)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such call")
def test_other_processes_may_read_it_for_a_profiler_alone(tmp_path: Path) -> None:
    assert run(tmp_path, ASKED.format(variables={"HARNESS_READABLE": "1"})) == str([0x59616D61])
    assert run(tmp_path, ASKED.format(variables={})) == "[]"


def test_its_packages_are_those_that_the_standard_library_finds(tmp_path: Path) -> None:
    run(tmp_path, "import harness_entry")
    site = [entry for entry in sys.path if entry.endswith("site-packages")]
    expected = {canonical(one.name): one.version for one in reversed(list(distributions(path=site)))}
    assert identity(tmp_path).packages == expected
    assert "pytest" in expected


def test_of_two_versions_the_one_that_is_imported_is_told(tmp_path: Path) -> None:
    for folder, version in (("first", "2.0"), ("second", "1.0")):
        (tmp_path / folder / f"Some_Package-{version}.dist-info").mkdir(parents=True)
    run(tmp_path, "import harness_entry", path=(tmp_path / "first", tmp_path / "second"))
    assert identity(tmp_path).packages["some-package"] == "2.0"


def test_each_fork_is_told_apart(tmp_path: Path) -> None:
    """As a pre-forking server does it: every worker loads the application after the fork."""
    run(tmp_path, "import os\nif os.fork(): os.wait()\nimport harness_entry")
    assert len(list((tmp_path / "identities").glob("*.json"))) == 2


@pytest.mark.parametrize(
    ("app", "why"),
    [
        ("import no_such_package\n", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("handler = 1 / 0\n", "ZeroDivisionError: division by zero"),
        ("raise SystemExit('no licence')\n", "SystemExit: no licence"),
        ("other = 1\n", "AttributeError: module 'app' has no attribute 'handler'"),
    ],
)
def test_what_keeps_an_application_from_loading_is_told_and_raised(app: str, why: str, tmp_path: Path) -> None:
    code = "try:\n  import harness_entry\nexcept BaseException as fault: print(type(fault).__name__)"
    assert run(tmp_path, code, app=app) == why.partition(":")[0]
    (file,) = (tmp_path / "identities").iterdir()
    assert file.name == "failed.json"
    assert json.loads(file.read_text()).startswith(why)


def test_it_imports_nothing_but_the_standard_library(tmp_path: Path) -> None:
    code = "import sys\nbefore = set(sys.modules)\nimport harness_entry\nprint(*sorted(set(sys.modules) - before))"
    imported = {name.split(".")[0] for name in run(tmp_path, code).split()}
    allowed = {"app", "harness_entry", "harness_interpreter"} | set(sys.stdlib_module_names)
    assert {name for name in imported if not name.startswith("_sysconfigdata")} <= allowed
