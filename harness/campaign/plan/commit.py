"""Which commit of the project measured."""

import shutil
import subprocess
from pathlib import Path

from harness.process.environment import CONFIGURATION, passed_on


def commit_of(root: Path) -> str | None:
    """The commit checked out at `root`, with `-dirty` where tracked files differ from it; None outside a checkout."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        return None
    head = _git(git, root, "rev-parse", "HEAD")
    changed = _git(git, root, "status", "--porcelain", "--untracked-files=no")
    return head and head + ("-dirty" if changed else "")


def commit_around(folder: Path) -> str | None:
    """The commit of the repository that the folder lies in, with `-dirty` where anything in the folder differs from it;
    None outside a repository."""
    git = shutil.which("git")
    head = _git(git, folder, "rev-parse", "HEAD") if git else None
    if git is None or not head:
        return None
    changed = _git(git, folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return head + ("-dirty" if changed else "")


def _git(git: str, root: Path, *arguments: str) -> str | None:
    done = subprocess.run(
        [git, "-C", str(root), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        env=passed_on(*CONFIGURATION),
    )
    return done.stdout.strip() if done.returncode == 0 else None
