"""Programs that an application in another language needs on this machine, and their versions."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from harness.model.application import AppManifest
from harness.model.notice import Notice

SYSTEM_FOLDERS: Final = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where programs lie that an ordinary user's PATH does not name."""

ASK_S: Final = 30.0
VERSION: Final = re.compile(r"\d+(?:\.\w+)+")


def search_path() -> str:
    """PATH, and the folders of the system's own programs behind it."""
    return os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS))


def versions_of(manifest: AppManifest) -> Mapping[str, str]:
    """The version of each of its programs that is here, as the program itself prints it: the first thing that looks
    like one. A program that is missing, or does not say, is not in it."""
    asked = {name: _version(argv, search_path()) for name, argv in manifest.programs.items()}
    return MappingProxyType({name: version for name, version in asked.items() if version})


def absent(manifest: AppManifest) -> Notice | None:
    """Why the application cannot be run here, and the command that mends it; None where it can."""
    found = versions_of(manifest)
    missing = [name for name in manifest.programs if name not in found]
    if not missing:
        return None
    what = f"{manifest.title} is left out: {', '.join(missing)} cannot be run here"
    return Notice(code="not-installed", seen=what, mend=manifest.install)


@lru_cache
def _version(argv: Sequence[str], path: str) -> str | None:
    """What the program prints on either output; a missing library is told by an exit code."""
    program = shutil.which(argv[0], path=path)
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *argv[1:]], capture_output=True, text=True, errors="replace", timeout=ASK_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(done.stdout) or VERSION.search(done.stderr)
    return found[0] if found else None
