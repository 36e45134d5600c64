"""What a folder of somebody's code holds, as one digest: it changes with any name or byte that a run may depend on."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LEFT_OUT: Final = frozenset({"__pycache__", "node_modules", "build", "dist", "venv"})
LEFT_OUT_ENDS: Final = (".egg-info", ".pyc", ".log")
"""What tools and runs leave behind. Names that begin with a dot are left out too."""


CODE: Final = frozenset({".py", ".so", ".toml", ".cfg", ".ini", ".html", ".j2", ".jinja", ".jinja2"})
"""Suffixes of what a service is made of. A database or a cache beside its code changes while it is measured."""


def matters(name: str) -> bool:
    """Whether a file or folder of this name is somebody's work, not what a tool or a run left there."""
    return not name.startswith(".") and name not in LEFT_OUT and not name.endswith(LEFT_OUT_ENDS)


def tree_digest(*roots: Path, code_alone: bool = False) -> str:
    """SHA-256 (hex) of the names and contents of all ordinary files below the folders. `code_alone`: not of those that
    a running program may write there."""
    digest = hashlib.sha256()
    for number, root in enumerate(roots):
        for path in _files(root):
            if code_alone and path.suffix not in CODE:
                continue
            digest.update(f"{number}\0{path.relative_to(root)}\0".encode(errors="surrogateescape"))
            try:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            except OSError as fault:
                digest.update(f"unreadable {fault.errno}".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    """In an order of their own. Links to folders are not followed, since they may lead in a circle."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(filter(matters, folders))
        for name in sorted(filter(matters, files)):
            path = Path(folder, name)
            if path.is_file():
                yield path
