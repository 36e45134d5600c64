"""Programs that an application in another language needs on this machine, and their versions."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from harness.model.asked.application import AppManifest
from harness.model.notice import Notice
from harness.process.asking import ask
from harness.process.environment import passed_on

SYSTEM_FOLDERS: Final = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where programs lie that an ordinary user's PATH does not name."""

ASK_S: Final = 30.0
MOST_TOLD: Final = 10
LONGEST_VERSION: Final = 60
VERSION: Final = re.compile(r"\d+(?:\.\w+)+")


def search_path() -> str:
    """PATH, and the folders of the system's own programs behind it."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))


def versions_of(manifest: AppManifest) -> Mapping[str, str]:
    """The version of each of its programs that is here, as the program itself prints it: the first thing that looks
    like one. A program that is missing, or does not say, is not in it."""
    return MappingProxyType({name: answer.version for name, answer in _answers(manifest).items() if answer.version})


def absent(manifest: AppManifest) -> Notice | None:
    """Why the application cannot be run here, and the command that mends it; None where it can."""
    missing = [f"{name} ({answer.fault})" for name, answer in _answers(manifest).items() if not answer.version]
    if not missing:
        return None
    what = f"{manifest.title} is left out: {', '.join(missing[:MOST_TOLD])} cannot be run here"
    return Notice(code="not-installed", seen=what, mend=manifest.install)


@dataclass(frozen=True)
class _Answer:
    """A program's version, or why it printed none."""

    version: str = ""
    fault: str = ""


def _answers(manifest: AppManifest) -> dict[str, _Answer]:
    """Each program is asked with the variables of the application, which may say where a library lies."""
    variables = tuple(manifest.environment.items())
    return {name: _asked(argv, search_path(), variables) for name, argv in manifest.programs.items()}


@lru_cache
def _asked(argv: Sequence[str], path: str, variables: tuple[tuple[str, str], ...]) -> _Answer:
    """What the program prints on either output; a missing library shows in an exit code."""
    program = shutil.which(argv[0], path=path)
    if program is None:
        return _Answer(fault="not found")
    answer = ask([program, *argv[1:]], ASK_S, env={**passed_on(), **dict(variables)})
    if answer.fault:
        return _Answer(fault=answer.fault)
    found = VERSION.search(answer.stdout) or VERSION.search(answer.stderr)
    return _Answer(found[0][:LONGEST_VERSION]) if found else _Answer(fault="it prints no version")
