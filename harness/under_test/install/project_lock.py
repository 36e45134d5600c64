"""The lock of somebody's project: made from the files that it has, for the interpreter at hand; kept in the cache."""

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from harness.catalog.applications import MOST_REQUIREMENTS_BYTES
from harness.model.errors import UsageError
from harness.model.given_file import Unreadable, text_of
from harness.process.folders import locked, temporary_folder
from harness.under_test.install.replacing import replaced, without
from harness.under_test.install.uv_command import PACKAGES, UvFailed, run_uv

FOLDER: Final = "targets"
LOCK_NAME: Final = "requirements.txt"
UV_LOCK, PYPROJECT, REQUIREMENTS = "uv.lock", "pyproject.toml", "requirements.txt"
INCLUDED: Final = re.compile(r"^(?P<kind>-r|--requirement|-c|--constraint)[ =]?\s*(?P<path>\S+)$")
ITSELF: Final = re.compile(r"^(?:(?:-e|--editable)[ =]?\s*)?\.(?:\[[^\]]*\])?$")
"""The project as a requirement of its own: its code is imported from its folder."""
OTHERWISE: Final = "make its environment yourself, with the server in it, and name it: --venv DIR"


@dataclass(frozen=True)
class ProjectFiles:
    """What a project says of its requirements: `sources` to resolve, `pinned` lines that hold the versions already.
    `named`: the files, for messages."""

    sources: tuple[str, ...]
    pinned: tuple[str, ...]
    named: str


def project_lock(
    folder: Path,
    servers: Sequence[str],
    python: Path,
    cache: Path,
    *,
    wanted: Sequence[Requirement] = (),
    like: Path | None = None,
) -> Path:
    """The lock of the project in `folder` and of the requirements of its servers, for this interpreter. Made when it is
    not there: the same files give the same versions, until the cache is removed.

    `uv.lock` comes first, then `pyproject.toml`, then `requirements.txt`; a project without any gets the servers alone.
    `wanted`: packages that are required as it says instead; all others keep the versions of the lock `like` as far as
    they fit. Raises UsageError where no set of versions is found, or a file cannot be read.
    """
    files = changed(files_of(folder, cache), servers, wanted)
    before = like.read_text(encoding="utf-8") if like else ""
    decisive = [files.sources, files.pinned, [str(one) for one in wanted], before, str(python.resolve())]
    key = hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]
    lock = cache.resolve() / FOLDER / key / LOCK_NAME
    lock.parent.mkdir(parents=True, exist_ok=True)
    with locked(lock.with_name(".lock")):
        if not lock.is_file():
            draft = lock.with_name(".draft")
            anew = [one.name for one in wanted]
            draft.write_text(
                _resolved(files, before, anew, folder=folder, python=python, cache=cache), encoding="utf-8"
            )
            draft.replace(lock)
    return lock


def files_of(folder: Path, cache: Path) -> ProjectFiles:
    """What the project's files require, apart from the project itself."""
    if (folder / PYPROJECT).is_file():
        declared = _declared(folder / PYPROJECT)
        if (folder / UV_LOCK).is_file():
            return ProjectFiles(declared, _exported(folder, cache), UV_LOCK)
        if declared or not (folder / REQUIREMENTS).is_file():
            return ProjectFiles(declared, (), PYPROJECT)
    if (folder / REQUIREMENTS).is_file():
        return _of_requirements(folder / REQUIREMENTS, REQUIREMENTS)
    return ProjectFiles((), (), "no file of requirements")


def changed(files: ProjectFiles, servers: Sequence[str], wanted: Sequence[Requirement]) -> ProjectFiles:
    """With the requirements of the servers, and with the wanted packages required as it says."""
    sources, pinned = [*files.sources, *sorted(servers)], without(files.pinned, wanted)
    return replace(files, sources=tuple(replaced(sources, wanted)), pinned=pinned)


def _declared(path: Path) -> tuple[str, ...]:
    """`project.dependencies` (PEP 621)."""
    try:
        project = tomllib.loads(text_of(path, MOST_REQUIREMENTS_BYTES)).get("project", {})
    except (Unreadable, ValueError) as fault:
        raise UsageError(f"it cannot be read: {fault}", where=str(path), mend="correct it") from None
    found = project.get("dependencies", []) if isinstance(project, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise UsageError("project.dependencies is no list of requirements", where=str(path), mend="see PEP 621")
    return tuple(found)


def _exported(folder: Path, cache: Path) -> tuple[str, ...]:
    """The versions in uv.lock, as constraints."""
    plain = ("--no-hashes", "--no-annotate", "--no-header", "--no-emit-project", "--no-emit-workspace")
    try:
        text = run_uv(["export", "--frozen", "--no-dev", *plain], package_cache=cache.resolve() / PACKAGES, cwd=folder)
    except UvFailed as fault:
        raise UsageError(f"it cannot be read\n{fault}", where=str(folder / UV_LOCK), mend=OTHERWISE) from fault
    return tuple(line for line in text.splitlines() if line.strip())


def _of_requirements(path: Path, named: str, seen: frozenset[Path] = frozenset()) -> ProjectFiles:
    """A file of requirements and those that it includes (-r), but for the project itself, without their hashes; the
    files that it is constrained by (-c) as pins."""
    try:
        text = text_of(path, MOST_REQUIREMENTS_BYTES)
    except Unreadable as fault:
        raise UsageError(str(fault), where=str(path), mend="put a text file in its place") from None
    sources: list[str] = []
    pinned: list[str] = []
    for line in _joined(text):
        included = INCLUDED.match(line)
        if not included:
            sources += [] if ITSELF.match(line) else [line]
        elif (other := path.parent / included["path"]).resolve() not in seen:
            found = _of_requirements(other, named, seen | {path.resolve()})
            pinned += found.pinned
            (sources if included["kind"] in ("-r", "--requirement") else pinned).extend(found.sources)
    return ProjectFiles(tuple(sources), tuple(pinned), named)


def _joined(text: str) -> list[str]:
    """Lines with something in them, without comments and hashes; one that ends in a backslash goes on."""
    whole = re.sub(r"\\\n", " ", text).splitlines()
    lines = (re.sub(r"(^|\s)#.*", "", line) for line in whole)
    return [line for one in lines if (line := re.sub(r"\s*--hash=\S+", "", one).strip())]


def _resolved(files: ProjectFiles, before: str, anew: Sequence[str], *, folder: Path, python: Path, cache: Path) -> str:
    """The text of the lock. Versions of the lock `before` are kept where they fit, but for the packages of `anew`."""
    with temporary_folder("lock") as place:
        given, pins, out = place / "given.in", place / "pins.txt", place / LOCK_NAME
        given.write_text("\n".join(files.sources) + "\n", encoding="utf-8")
        out.write_text(before, encoding="utf-8")
        pins.write_text("\n".join(files.pinned) + "\n", encoding="utf-8")
        arguments = [
            "pip",
            "compile",
            "--universal",
            "--python",
            str(python),
            "--only-binary",
            ":all:",
            "--generate-hashes",
        ]
        arguments += ["--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        arguments += [part for name in anew for part in ("--upgrade-package", name)]
        arguments += ["--constraints", str(pins), "--output-file", str(out), str(given)]
        try:
            run_uv(arguments, package_cache=cache.resolve() / PACKAGES, cwd=folder)
        except UvFailed as fault:
            raise UsageError(
                f"no set of versions was found for {files.named} and the servers\n{fault}",
                where=str(folder),
                mend=OTHERWISE,
            ) from fault
        text = out.read_text(encoding="utf-8")
    if addressed := next((line for line in text.splitlines() if "://" in line or line.startswith(("-e", "."))), None):
        raise UsageError(f"it requires what no index has: {addressed}", where=str(folder), mend=OTHERWISE)
    return text
