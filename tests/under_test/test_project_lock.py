"""Which of a project's files say what it requires, and what is resolved from them."""

import sys
from pathlib import Path

import pytest

from harness.model.errors import UsageError
from harness.under_test.install.project_lock import files_of, project_lock

ROOT = Path(__file__).parents[2]


def written(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text)
    return folder


def test_a_file_of_requirements_is_taken_with_those_it_includes_and_without_the_project_itself(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        requirements_txt="-r base.txt  # what all need\n-e .\nflask==3.0.3 \\\n    --hash=sha256:abc\n\n.[dev]\n",
        base_txt="-c pins.txt\njinja2\n-r requirements.txt\n",
        pins_txt="markupsafe==2.1.5\n",
    )
    found = files_of(folder, ROOT / ".cache")
    assert found.sources == ("jinja2", "flask==3.0.3")
    assert found.pinned == ("markupsafe==2.1.5",)


def test_pyproject_comes_before_requirements_and_one_without_dependencies_does_not(tmp_path: Path) -> None:
    written(tmp_path, requirements_txt="flask\n", pyproject_toml='[project]\nname = "x"\ndependencies = ["idna>=3"]\n')
    assert files_of(tmp_path, ROOT / ".cache").sources == ("idna>=3",)
    written(tmp_path, pyproject_toml="[tool.black]\nline-length = 100\n")
    assert files_of(tmp_path, ROOT / ".cache").sources == ("flask",)


@pytest.mark.parametrize("text", ["[project", '[project]\ndependencies = "flask"\n', "project = 3\n"])
def test_a_pyproject_that_cannot_be_read_is_refused_by_name(tmp_path: Path, text: str) -> None:
    written(tmp_path, pyproject_toml=text)
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        files_of(tmp_path, ROOT / ".cache")


def test_the_same_files_give_the_same_lock_and_a_change_another_one(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (cache / "uv").parent.mkdir()
    (cache / "uv").symlink_to(ROOT / ".cache" / "uv")
    project = written(tmp_path, requirements_txt="idna==3.10\n")
    first = project_lock(project, ("h11",), Path(sys.executable), cache)
    assert {line.split("==")[0] for line in first.read_text().splitlines() if "==" in line} == {"idna", "h11"}
    assert "--hash=sha256:" in first.read_text()
    assert project_lock(project, ("h11",), Path(sys.executable), cache) == first
    written(tmp_path, requirements_txt="idna==3.9\n")
    assert project_lock(project, ("h11",), Path(sys.executable), cache) != first


def test_what_cannot_be_resolved_is_said_in_the_resolvers_words(tmp_path: Path) -> None:
    project = written(tmp_path, requirements_txt="idna==3.10\nidna==3.9\n")
    with pytest.raises(UsageError, match=r"idna==3\.10") as raised:
        project_lock(project, (), Path(sys.executable), tmp_path / "cache")
    assert "--venv DIR" in raised.value.mend


def test_what_no_index_has_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    written(tmp_path / "lib", pyproject_toml='[project]\nname = "lib"\nversion = "1"\n')
    project = written(tmp_path, requirements_txt="./lib\n")
    with pytest.raises(UsageError, match=r"lib") as raised:
        project_lock(project, (), Path(sys.executable), tmp_path / "cache")
    assert "--venv DIR" in raised.value.mend
