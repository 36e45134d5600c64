"""Revisions of the repository that an application's folder lies in, exported into the cache. The repository is read
only: no work tree, no index, no lock, no fetch."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from harness.catalog.content import tree_digest
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.notice import Notice
from harness.process.folders import locked
from harness.process.git import ask_git, git_environment
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
UNFILTERED: Final = (
    *("-c", "filter.lfs.smudge="),
    *("-c", "filter.lfs.process="),
    *("-c", "filter.lfs.required=false"),
)
"""Git LFS would fetch files into the repository while they are exported."""


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
    new = tree.with_name(f".{wanted.commit}.new")
    for old in (new, tree):
        shutil.rmtree(old, ignore_errors=True)
    new.mkdir(parents=True)
    git = shutil.which("git") or "git"
    argv = [git, "-C", str(repository.top), *UNFILTERED, "archive", "--format=tar", wanted.commit]
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=git_environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            _unpack(process.stdout, new, wanted)
        except BaseException:
            process.kill()
            shutil.rmtree(new, ignore_errors=True)
            raise
        words = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise EnvironmentRefused(f"git cannot export it\n{words}", where=wanted.name, mend="see: git fsck")
    new.rename(tree)


def _unpack(archive: IO[bytes], folder: Path, wanted: Revision) -> None:
    """Each member by the rules of tarfile's data filter: nothing outside the folder, no devices, no owners."""
    if not hasattr(tarfile, "data_filter"):
        mend = "run the harness with Python 3.11.4 or newer"
        raise EnvironmentRefused("this Python unpacks archives without care", where=wanted.name, mend=mend)
    left = MOST_BYTES
    try:
        with tarfile.open(fileobj=archive, mode="r|") as members:
            for number, member in enumerate(members):
                left -= member.size
                if left < 0 or number >= MOST_FILES:
                    most = f"{MOST_BYTES // 2**30} GB or {MOST_FILES:,} files"
                    raise UsageError(
                        f"it holds more than {most}",
                        where=f"{wanted.name} ({wanted.short})",
                        mend="check it out yourself, and measure both folders: harness run --app old=DIR --app new=DIR",
                    )
                _unpack_one(members, member, folder)
    except tarfile.ReadError:
        return  # git ended early; its words are the fault
    except OSError as error:
        raise EnvironmentRefused(
            f"it cannot be exported: {error.strerror or error}", where=str(folder), mend="make room there"
        ) from error


def _unpack_one(members: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    try:
        members.extract(member, folder, filter="data")
    except tarfile.FilterError:
        return  # a link that leaves the repository: outside, nothing is of that revision


def left_out(repository: Repository, wanted: Revision, tree: Path) -> Iterator[Notice]:
    """What an export of the application's folder lacks: submodules, and files that Git LFS keeps elsewhere."""
    listed = ask_git(repository.top, "ls-tree", "-r", "-z", "--full-tree", wanted.commit).out.split("\0")
    modules = [line.partition("\t")[2] for line in listed if line.startswith(SUBMODULE)]
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
