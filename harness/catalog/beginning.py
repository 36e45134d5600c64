"""A folder to begin an application from."""

import re
import shutil
from pathlib import Path
from typing import Final

from harness.catalog.applications import MANIFEST, SHARED_REQUIREMENTS
from harness.model.asked.application import Interface
from harness.model.errors import EnvironmentRefused, UsageError
from harness.model.record import SLUG_PATTERN

BEGINNINGS: Final = "_beginnings"
REQUIREMENTS: Final = "requirements.in"
NAME: Final = "NAME"
"""Stands for the application's id in a beginning."""


def begin(name: str, interface: Interface, apps: Path, into: Path) -> Path:
    """The new folder: the beginning of the interface, named, with what its code imports.

    Raises UsageError where the name is no id, or the folder is there; EnvironmentRefused where it cannot be written.
    """
    if not re.fullmatch(SLUG_PATTERN, name):
        raise UsageError(
            f"{name} is no id", where="NAME", mend="take lower-case letters and digits, with single dashes between"
        )
    folder = into / name
    if folder.exists():
        raise UsageError("it is there already", where=str(folder), mend="take another name, or another folder: --into")
    shared = (apps / SHARED_REQUIREMENTS).read_text(encoding="utf-8")
    requirements = f"-r ../{SHARED_REQUIREMENTS.as_posix()}\n" if into == apps else shared
    try:
        shutil.copytree(apps / BEGINNINGS / interface, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in (folder / MANIFEST, folder / "app.py"):
            file.write_text(file.read_text(encoding="utf-8").replace(NAME, name), encoding="utf-8")
        (folder / REQUIREMENTS).write_text(requirements, encoding="utf-8")
    except OSError as error:
        raise EnvironmentRefused(
            f"cannot be written: {error.strerror}", where=str(folder), mend="name a folder of yours with --into"
        ) from None
    return folder
