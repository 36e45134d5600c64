"""Folders that say what they are by a manifest in them."""

from collections.abc import Iterator
from pathlib import Path


def folders_with(manifest: str, root: Path) -> Iterator[Path]:
    """Folders directly under `root` that hold the manifest, by name; a leading `_` or `.` hides one."""
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if not folder.name.startswith(("_", ".")) and (folder / manifest).is_file():
            yield folder


def stays_inside(path: Path, root: Path) -> bool:
    """Whether a path lies under `root` once every symbolic link is followed."""
    return path.resolve().is_relative_to(root.resolve())
