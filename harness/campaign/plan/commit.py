"""Which commit of the project measured."""

from pathlib import Path

from harness.process.git import Said, ask_git


def commit_of(root: Path) -> str | None:
    """The commit checked out at `root`, with `-dirty` where tracked files differ from it; None outside a checkout."""
    if not (root / ".git").exists():
        return None
    changed = ask_git(root, "status", "--porcelain", "--untracked-files=no")
    return _commit(root, changed)


def commit_around(folder: Path) -> str | None:
    """The commit of the repository that the folder lies in, with `-dirty` where anything in the folder differs from it;
    None outside a repository."""
    changed = ask_git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    return _commit(folder, changed)


def _commit(folder: Path, changed: Said) -> str | None:
    head = ask_git(folder, "rev-parse", "HEAD")
    return head.out + ("-dirty" if changed.out else "") if head.out else None
