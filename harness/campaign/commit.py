"""Which commit of the project measured."""

import shutil
import subprocess
from pathlib import Path


def commit_of(root: Path) -> str | None:
    """The commit checked out at `root`, with `-dirty` where tracked files differ from it; None outside a checkout."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    head = _git(git, root, "rev-parse", "HEAD")
    changed = _git(git, root, "status", "--porcelain", "--untracked-files=no")
    return head and head + ("-dirty" if changed else "")


def _git(git: str, root: Path, *arguments: str) -> str | None:
    done = subprocess.run([git, "-C", str(root), *arguments], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.strip() if done.returncode == 0 else None
