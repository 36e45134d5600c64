"""Requirements that are folders beside the manifest (`./lib`): no index has them, and no lock their hash."""

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.catalog.content import matters, tree_digest
from harness.catalog.folders import stays_inside
from harness.model.errors import UsageError

LOCAL: Final = re.compile(r"^(?P<path>\.{1,2}(?:/[^\s\[;]*)?)(?P<extras>\[[^\]]*\])?$")
NOTED: Final = re.compile(r"^# local: (.+)$", re.MULTILINE)
EDITABLE: Final = re.compile(r"^(?:-e|--editable)\b")
OUTSIDE: Final = re.compile(r"^(?:/|file:|\w:\\|[\w.-]+\s*@\s*file:)")


@dataclass(frozen=True)
class LocalPackage:
    """A requirement that is a folder, as it is written, and the folder."""

    line: str
    folder: Path

    def noted(self) -> str:
        """The lock's line for it."""
        return f"# local: {self.line}\n"


def local_package(line: str, folder: Path, *, where: str) -> LocalPackage | None:
    """The package that a requirement line of an application in `folder` names by its path; None where it names none.

    Raises UsageError for a path that is no package inside the folder, and for what no measurement can rely on.
    """
    if EDITABLE.match(line):
        mend = f"write the folder alone, such as ./lib: {line}"
        raise UsageError("an editable requirement may change while it is measured", where=where, mend=mend)
    if OUTSIDE.match(line):
        mend = "move it into the application's folder, and write ./NAME"
        raise UsageError(f"a requirement lies at an absolute path: {line}", where=where, mend=mend)
    found = LOCAL.match(line)
    if found is None:
        if line.startswith("."):
            mend = "write the folder alone, such as ./lib"
            raise UsageError(f"a local requirement takes neither a marker nor options: {line}", where=where, mend=mend)
        return None
    path = folder / found["path"]
    if not stays_inside(path, folder):
        mend = "move it into the application's folder, and write ./NAME"
        raise UsageError(f"a requirement lies outside the application's folder: {line}", where=where, mend=mend)
    if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
        what = f"{line} is not the folder of a package: it has neither pyproject.toml nor setup.py"
        raise UsageError(what, where=where, mend="write one of them, or correct the path")
    return LocalPackage(line, path)


def noted_in(lock: Path, *, where: str, folder: Path | None = None) -> tuple[LocalPackage, ...]:
    """Those that the lock was made with. They lie in `folder`, or beside the lock where none is named."""
    lines = NOTED.findall(lock.read_text(encoding="utf-8"))
    return tuple(found for line in lines if (found := local_package(line, folder or lock.parent, where=where)))


def digests(packages: Sequence[LocalPackage]) -> Iterator[str]:
    """Of each package's content."""
    for package in packages:
        yield tree_digest(package.folder)


def install_local(packages: Sequence[LocalPackage], python: Path, uv: Callable[[Sequence[str]], str]) -> None:
    """Install them from copies, since building leaves files behind. What they require is locked, and there already."""
    for package in packages:
        with TemporaryDirectory(prefix="harness-local-") as temporary:
            copy = Path(temporary, package.folder.resolve().name)
            shutil.copytree(package.folder, copy, ignore=_left_out)
            uv(["pip", "install", "--compile-bytecode", "--no-deps", "--python", str(python), str(copy)])


def _left_out(_: str, names: list[str]) -> set[str]:
    return {name for name in names if not matters(name)}
