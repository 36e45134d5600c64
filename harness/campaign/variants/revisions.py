"""Revisions of the repository that an application's folder lies in, exported into the cache. The repository is read
only: no work tree, no index, no lock, no fetch."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.catalog.content import tree_digest
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.notice import Notice
from harness.process.folders import locked
from harness.process.git import ask_git
from harness.under_test.install.variant_locks import VARIANTS

TREES: Final = Path(VARIANTS, "trees")
"""Below the cache: a folder for each exported commit, by its hash."""
MOST_BYTES: Final = 2 * 2**30
MOST_FILES: Final = 200_000
"""Of one revision. A larger repository would fill the disk unasked."""
SHORT: Final = 7
POINTER: Final = b"version https://git-lfs.github.com/spec/"
MOST_POINTER_BYTES: Final = 1024
SUBMODULE: Final = "160000"
"""Mode of a submodule in a tree (gitdatamodel(7))."""
MOST_NAMED: Final = 5
ONLY_READ: Final = (
    *("-c", "filter.lfs.smudge="),
    *("-c", "filter.lfs.process="),
    *("-c", "filter.lfs.required=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
)
"""Git LFS would fetch files into the repository while they are exported, and a hook could write there."""


@dataclass(frozen=True)
class Repository:
    """`top`: its uppermost folder. `inside`: where the application's folder lies below that."""

    top: Path
    inside: Path


@dataclass(frozen=True)
class Revision:
    """A commit, by the name it was given and by its full hash."""

    name: str
    commit: str

    @property
    def short(self) -> str:
        return self.commit[:SHORT]


def repository_around(folder: Path) -> Repository | None:
    """The repository that the folder lies in; None outside one, and where git does not read it."""
    top = ask_git(folder, "rev-parse", "--show-toplevel")
    inside = ask_git(folder, "rev-parse", "--show-prefix")
    if top.fault or inside.fault or not top.out:
        return None
    return Repository(Path(top.out), Path(inside.out))


def why_none(folder: Path) -> str:
    """Git's own words about a folder that it finds no repository around."""
    return ask_git(folder, "rev-parse", "--show-toplevel").fault or "it has no work tree"


def revision(repository: Repository, name: str) -> Revision | None:
    """The commit that the name means there; None where it means none."""
    found = ask_git(repository.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return Revision(name, found.out) if found.out and not found.fault else None


def exported(repository: Repository, wanted: Revision, cache: Path) -> Path:
    """The folder in the cache that holds the whole repository as it was committed then.

    One that was exported before is used again, unless what ran there has changed it. Raises EnvironmentRefused where it
    cannot be written, UsageError where it is too large or lacks the application's folder.
    """
    tree = cache.resolve() / TREES / wanted.commit
    with locked(tree.with_name(f".{wanted.commit}.lock")):
        noted = tree.with_name(f".{wanted.commit}.digest")
        if not (tree.is_dir() and noted.is_file() and noted.read_text() == tree_digest(tree)):
            noted.unlink(missing_ok=True)
            _export(repository, wanted, tree)
            noted.write_text(tree_digest(tree))
    if not (tree / repository.inside).is_dir():
        raise UsageError(
            f"there is no folder {repository.inside} in it",
            where=f"{wanted.name} ({wanted.short})",
            mend="name a revision that has the application",
        )
    return tree


def _export(repository: Repository, wanted: Revision, tree: Path) -> None:
    listed = _listed(repository, wanted, "--long")
    # Of a submodule there is no size.
    sizes = [int(size) for line in listed if (size := line.partition("\t")[0].split()[3]) != "-"]
    if sum(sizes) > MOST_BYTES or len(sizes) > MOST_FILES:
        raise UsageError(
            f"it holds more than {MOST_BYTES // 2**30} GB or {MOST_FILES:,} files",
            where=f"{wanted.name} ({wanted.short})",
            mend="check it out yourself, and measure both folders: harness run --app old=DIR --app new=DIR",
        )
    new, index = (tree.with_name(f".{wanted.commit}.{kind}") for kind in ("new", "index"))
    for old in (new, tree):
        shutil.rmtree(old, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        for command in (["read-tree", wanted.commit], ["checkout-index", "--all", f"--prefix={new}/"]):
            # An index of its own: that of the repository is left as it is.
            done = ask_git(repository.top, *ONLY_READ, *command, limit_s=None, GIT_INDEX_FILE=str(index))
            if done.fault:
                mend = f"make room in {tree.parent}, or see: git fsck"
                raise EnvironmentRefused(f"git cannot export it\n{done.fault}", where=wanted.name, mend=mend)
        _leave_out_links_outside(new)
        new.rename(tree)
    finally:
        shutil.rmtree(new, ignore_errors=True)
        index.unlink(missing_ok=True)


def _leave_out_links_outside(tree: Path) -> None:
    """Outside, nothing is of that revision."""
    inside = os.path.realpath(tree)
    for folder, folders, files in os.walk(tree):
        for path in (Path(folder, name) for name in (*folders, *files)):
            if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
                path.unlink()


def _listed(repository: Repository, wanted: Revision, *options: str) -> list[str]:
    """A line of git-ls-tree(1) for each file and submodule."""
    found = ask_git(repository.top, "ls-tree", "-r", "-z", "--full-tree", *options, wanted.commit, limit_s=None)
    if found.fault:
        raise EnvironmentRefused(f"git cannot export it\n{found.fault}", where=wanted.name, mend="see: git fsck")
    return [line for line in found.out.split("\0") if line]


def left_out(repository: Repository, wanted: Revision, tree: Path) -> Iterator[Notice]:
    """What an export of the application's folder lacks: submodules, and files that Git LFS keeps elsewhere."""
    modules = [line.partition("\t")[2] for line in _listed(repository, wanted) if line.startswith(SUBMODULE)]
    if modules:
        yield Notice(
            code="submodules-left-out",
            seen=f"{wanted.name} ({wanted.short}) is measured without its submodules: {_named(modules)}",
            mend="if the application needs them, measure two checkouts: harness run --app old=DIR --app new=DIR",
        )
    if pointers := list(_pointers(tree / repository.inside)):
        yield Notice(
            code="lfs-pointers",
            seen=f"{wanted.name} ({wanted.short}) has pointers of Git LFS in the place of files: {_named(pointers)}",
            mend="if the application reads them, measure two checkouts: harness run --app old=DIR --app new=DIR",
        )


def _pointers(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MOST_POINTER_BYTES:
            with path.open("rb") as file:
                if file.read(len(POINTER)) == POINTER:
                    yield str(path.relative_to(folder))


def _named(paths: list[str]) -> str:
    others = len(paths) - MOST_NAMED
    return ", ".join(paths[:MOST_NAMED]) + (f" and {others} more" if others > 0 else "")
