"""Asking git about a repository of somebody's: nothing is ever written into it, and nothing fetched for it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.process.environment import CONFIGURATION, passed_on

LIMIT_S: Final = 30.0
READING: Final = {
    "GIT_OPTIONAL_LOCKS": "0",  # else `git status` writes the index anew
    "GIT_NO_LAZY_FETCH": "1",  # else a partial clone fetches what it lacks
    "GIT_TERMINAL_PROMPT": "0",
}
"""What keeps git from writing where it is only asked."""


@dataclass(frozen=True)
class Said:
    """What git printed, without the line break at its end; `fault`: its own words where it failed, else empty."""

    out: str
    fault: str = ""


def ask_git(folder: Path, *arguments: str, limit_s: float | None = LIMIT_S, **variables: str) -> Said:
    """`git ARGUMENTS` in the folder, with more environment variables. Where git is not installed, that is the fault."""
    git = shutil.which("git")
    if git is None:
        return Said("", "git is not installed")
    try:
        done = subprocess.run(
            [git, "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            check=False,
            timeout=limit_s,
            env={**passed_on(*CONFIGURATION), **READING, **variables},
        )
    except subprocess.TimeoutExpired:
        return Said("", f"git did not answer within {limit_s:.0f} s")
    if done.returncode:
        return Said("", done.stderr.strip() or f"git ended with exit code {done.returncode}")
    return Said(done.stdout.rstrip("\n"))
