"""Folders that say what they are by a manifest in them."""

import os.path
from collections.abc import Iterator
from pathlib import Path

from harness.model.errors import UsageError
from harness.model.given_file import lies_at


def folders_with(manifest: str, root: Path) -> Iterator[Path]:
    """Folders directly under `root` that hold the manifest, by name; a leading `_` or `.` hides one.

    Whatever has the manifest's name counts: its faults are reported when it is read. Raises UsageError where
    `root` cannot be looked into.
    """
    if not is_folder(root):
        return
    try:
        folders = sorted(root.iterdir())
    except OSError as fault:
        raise UsageError(f"this folder cannot be read: {fault.strerror}", where=str(root)) from None
    for folder in folders:
        if not folder.name.startswith(("_", ".")) and is_folder(folder) and lies_at(folder / manifest):
            yield folder


def is_folder(path: Path) -> bool:
    """False as well where the name is too long for the system, or may not be looked at."""
    return os.path.isdir(path)  # noqa: PTH112 (pathlib's raises for these)


def is_file(path: Path) -> bool:
    """False as well where the name is too long for the system, or may not be looked at."""
    return os.path.isfile(path)  # noqa: PTH113 (pathlib's raises for these)


def stays_inside(path: Path, root: Path) -> bool:
    """Whether a path lies under `root` once every symbolic link is followed. One that leads in a circle does not."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False
