"""The documented example, put into apps/ as its reader would put it there, passes the tests of the project."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("apps", "docs", "harness", "scenarios", "tests")
FILES = ("Makefile", "README.md", "pyproject.toml")
THAT_LOOK_AT_FOLDERS = (
    "tests/apps/test_applications.py",
    "tests/campaign/test_options.py",
    "tests/campaign/test_profiles.py",
    "tests/catalog/test_claim_files.py",
    "tests/test_application_pages.py",
    "tests/under_test/test_locks_of_the_project.py",
)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the example in it, locked, and with its page."""
    copy = tmp_path_factory.mktemp("project")
    for name in PARTS:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "sample"))
    for name in FILES:
        shutil.copy(ROOT / name, copy / name)
    (copy / ".cache").symlink_to(ROOT / ".cache")
    folder = copy / "apps" / "my-bottle"
    folder.mkdir()
    text = (ROOT / "docs" / "adding-an-application.md").read_text()
    for language, name in (("toml", "app.toml"), ("", "requirements.in"), ("python", "app.py")):
        found = re.search(rf"(?:\n\n|\n#[^\n]*\n)```{language}\n(.*?)```", text, re.DOTALL)
        assert found
        (folder / name).write_text(found[1])
    done = run(copy, "-c", "from harness.cli.main import main; main()", "lock", "--only", "my-bottle", "--keep")
    assert done.returncode == 0, done.stderr
    done = run(copy, "-m", "harness.report.documented.write")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["docs/applications/README.md", "docs/applications/my-bottle.md"]
    return copy


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_tests_that_look_at_every_folder_find_it_in_order(project: Path) -> None:
    done = run(project, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:xdist", *THAT_LOOK_AT_FOLDERS)
    assert done.returncode == 0, done.stdout
    assert "test_an_application_costs_at_most_100_lines_or_250_for_more_scenarios[my-bottle] PASSED" in done.stdout


def test_it_keeps_the_contract_there(project: Path) -> None:
    command = (
        "-c",
        "from harness.cli.main import main; main()",
        "verify",
        "--only",
        "my-bottle",
        "--database",
        "sqlite",
    )
    done = run(project, *command, "--server", "gunicorn-gthread")
    assert done.returncode == 0, done.stdout + done.stderr
