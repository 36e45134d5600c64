"""Whose code a function is: found by the file it lies in, and by the environment's own records (PEP 376, PEP 627)."""

import csv
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from harness.model.measured.profile import APPLICATION, STANDARD_LIBRARY, UNKNOWN, Frame

MOST_LETTERS: Final = 160
NAMELESS: Final = "(no name)"
"""Of a function in a library without symbols: it has an address, which is another one in each process."""
UNNAMED: Final = re.compile(r"^0x[0-9a-f]+$")
_STANDARD: Final = re.compile(r"/lib(?:64)?/python3\.\d+t?/(?:lib-dynload/)?(?P<module>[^/.]+)")
_FROZEN: Final = re.compile(r"^<frozen (?P<module>[\w]+)")
_C_MODULE: Final = re.compile(r"/Modules/(?:clinic/)?(?P<module>\w+?)(?:module)?(?:/|\.c(?:\.h)?$)")
"""The interpreter's own modules in C, where it was built with the names of its source files."""


@dataclass(frozen=True)
class Owners:
    """What is where. `packages`: the environment's folder of packages; `installed`: the distribution of each file below
    it; `native`: distributions by the names of their shared libraries' folders, for files that are known by the path
    where they were compiled alone. `applications`: folders of application code, the harness's data access among them.
    """

    packages: Path
    installed: Mapping[str, str]
    native: Mapping[str, str]
    applications: tuple[Path, ...]

    def frame(self, function: str, file: str) -> Frame:
        """A function as it was sampled: who owns it, and a path without folders of this machine."""
        owner, short = self._of(file)
        return Frame(
            function=NAMELESS if UNNAMED.match(function) else _short(function), file=_short(short), owner=owner
        )

    def _of(self, file: str) -> tuple[str, str]:
        for folder in self.applications:
            if below := _below(file, folder):
                return APPLICATION, below
        if below := _below(file, self.packages):
            return self.installed.get(below, UNKNOWN), below
        if found := _STANDARD.search(file) or _FROZEN.search(file) or _C_MODULE.search(file):
            return STANDARD_LIBRARY + (found["module"].lstrip("_") or found["module"]), file[
                found.start("module") :
            ].rstrip(">")
        parts = PurePosixPath(file).parts
        for place, part in enumerate(parts):
            if owner := self.native.get(_plain(part)):
                return owner, "/".join(parts[place:])
        return UNKNOWN, parts[-1] if parts else file


def owners_in(python: Path, *applications: Path) -> Owners:
    """Of the environment that this python belongs to. Records that cannot be read leave their files without owner."""
    folders = sorted(python.parent.parent.glob("lib*/python3*/site-packages"))
    packages = folders[0] if folders else python.parent
    installed: dict[str, str] = {}
    for record in packages.glob("*.dist-info/RECORD"):
        name = normalised(record.parent.name.removesuffix(".dist-info").rpartition("-")[0])
        installed |= dict.fromkeys(_files(record), name)
    native: dict[str, str] = {}
    for file, name in installed.items():
        if ".so" in PurePosixPath(file).suffixes:
            native |= {_plain(PurePosixPath(file).parts[0].partition(".")[0]): name, _plain(name): name}
    return Owners(packages, installed, native, tuple(path.resolve() for path in applications))


def normalised(name: str) -> str:
    """The name of a distribution as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _files(record: Path) -> Iterator[str]:
    with suppress(OSError, UnicodeDecodeError, csv.Error), record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            if row:
                yield row[0]


def _below(file: str, folder: Path) -> str:
    start = f"{folder}/"
    return file[len(start) :] if file.startswith(start) else ""


def _plain(part: str) -> str:
    """A folder of a source tree without its version: pydantic-core-2.41.5 and pydantic_core are one."""
    return normalised(re.sub(r"-\d[\w.+-]*$", "", part))


def _short(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"
