"""Revisions are exported from a repository that is left as it is."""

import os
from pathlib import Path

import pytest

from harness.campaign.plan.commit import commit_around
from harness.campaign.variants import revisions
from harness.campaign.variants.revisions import (
    Repository,
    Revision,
    exported,
    left_out,
    repository_around,
    revision,
    why_none,
)
from harness.model.errors import UsageError
from tests.campaign.repositories import commit, everything, git, repository


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A repository with an application's folder in it, committed twice, and changed since."""
    home = repository(tmp_path / "repository")
    (home / "service").mkdir()
    (home / "service" / "app.py").write_text("first\n")
    (home / "shared.py").write_text("of all\n")
    commit(home, "first")
    (home / "service" / "app.py").write_text("second\n")
    commit(home, "second")
    (home / "service" / "app.py").write_text("not committed\n")
    return home


def around(folder: Path) -> Repository:
    found = repository_around(folder)
    assert found is not None
    return found


def named(repository: Repository, name: str) -> Revision:
    found = revision(repository, name)
    assert found is not None
    return found


def test_a_revision_is_exported_whole_as_it_was_committed(home: Path, tmp_path: Path) -> None:
    there = around(home / "service")
    assert there.inside == Path("service")
    tree = exported(there, named(there, "HEAD~1"), tmp_path / "cache")
    assert (tree / "service" / "app.py").read_text() == "first\n"
    assert (tree / "shared.py").read_text() == "of all\n"
    assert (home / "service" / "app.py").read_text() == "not committed\n"


def test_what_is_ignored_in_archives_is_exported_too(home: Path, tmp_path: Path) -> None:
    (home / ".gitattributes").write_text("shared.py export-ignore\n")
    commit(home, "attributes")
    there = around(home)
    assert (exported(there, named(there, "HEAD"), tmp_path / "cache") / "shared.py").is_file()


def test_nothing_in_the_repository_is_written(home: Path, tmp_path: Path) -> None:
    os.utime(home / "shared.py")  # its entry in the index is stale: a plain `git status` would write it anew
    git(home, "config", "core.splitIndex", "true")  # what writes an index would leave a part of it in the repository
    hook = home / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch written-by-a-hook\n")
    hook.chmod(0o755)
    before = everything(home)
    there = around(home / "service")
    tree = exported(there, named(there, "main"), tmp_path / "cache")
    assert list(left_out(there, named(there, "main"), tree)) == []
    assert commit_around(home / "service") == f"{named(there, 'HEAD').commit}-dirty"
    assert everything(home) == before


def test_what_ran_there_and_changed_it_is_exported_anew(home: Path, tmp_path: Path) -> None:
    there = around(home)
    first = exported(there, named(there, "HEAD"), tmp_path / "cache")
    (first / "service" / "app.py").write_text("changed by a server\n")
    again = exported(there, named(there, "HEAD"), tmp_path / "cache")
    assert (again / "service" / "app.py").read_text() == "second\n"


@pytest.mark.parametrize("name", ["nosuch", "HEAD~9", "HEAD:service", "--help"])
def test_what_names_no_commit_is_none(home: Path, name: str) -> None:
    assert revision(around(home), name) is None


def test_outside_a_repository_git_says_why(tmp_path: Path) -> None:
    assert repository_around(tmp_path) is None
    assert "not a git repository" in why_none(tmp_path)


def test_a_revision_without_the_folder_is_a_fault(home: Path, tmp_path: Path) -> None:
    git(home, "mv", "service", "moved")
    commit(home, "moved")
    there = around(home / "moved")
    with pytest.raises(UsageError, match="there is no folder moved in it"):
        exported(there, named(there, "HEAD~1"), tmp_path / "cache")


def test_links_that_leave_the_repository_are_left_out(home: Path, tmp_path: Path) -> None:
    (home / "service" / "out").symlink_to("/etc/passwd")
    (home / "service" / "up").symlink_to("../../../elsewhere")
    (home / "service" / "beside").symlink_to("../shared.py")
    commit(home, "links")
    there = around(home)
    tree = exported(there, named(there, "HEAD"), tmp_path / "cache")
    assert sorted(path.name for path in (tree / "service").iterdir()) == ["app.py", "beside"]
    assert (tree / "service" / "beside").read_text() == "of all\n"


def test_too_large_a_repository_is_refused_and_leaves_nothing(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revisions, "MOST_BYTES", 10)
    there = around(home)
    with pytest.raises(UsageError, match="holds more than"):
        exported(there, named(there, "HEAD"), tmp_path / "cache")
    assert [path for path in (tmp_path / "cache").rglob("*") if path.name == "app.py"] == []


def test_pointers_of_lfs_and_submodules_are_said(home: Path, tmp_path: Path) -> None:
    (home / "service" / "data.bin").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    head = git(home, "rev-parse", "HEAD")
    git(home, "update-index", "--add", "--cacheinfo", f"160000,{head},service/vendored")
    commit(home, "more")
    git(home, "update-index", "--add", "--cacheinfo", f"160000,{head},service/vendored")
    git(home, "commit", "--quiet", "--amend", "--no-edit")
    there = around(home / "service")
    wanted = named(there, "HEAD")
    notices = {one.code: one.seen for one in left_out(there, wanted, exported(there, wanted, tmp_path / "cache"))}
    assert "data.bin" in notices["lfs-pointers"]
    assert "service/vendored" in notices["submodules-left-out"]
