"""Tests of one group share what takes long to make, which they can only in the same process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GROUPED = """
import os
import pytest

@pytest.mark.xdist_group("together")
@pytest.mark.parametrize("number", range(6))
def test_any(number, pytestconfig):
    (pytestconfig.rootpath / f"process-{os.getpid()}").touch()
"""

SHARING = """
import os
import pytest

@pytest.fixture(params=["one", "other"], scope="module")
def made(request, pytestconfig):
    (pytestconfig.rootpath / f"process-{request.param}-{os.getpid()}").touch()

@pytest.mark.parametrize("number", range(6))
def test_any(number, made):
    pass
"""
ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(("tests", "processes"), [(GROUPED, 1), (SHARING, 2)], ids=["group", "fixture of a module"])
def test_tests_that_share_something_run_in_one_process(tests: str, processes: int, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]")
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_collection_modifyitems\n")
    (tmp_path / "test_sharing.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
    assert ran.returncode == 0, ran.stdout
    assert f"{6 * processes} passed" in ran.stdout, ran.stdout
    assert len(list(tmp_path.glob("process-*"))) == processes
