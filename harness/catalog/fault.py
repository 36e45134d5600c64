"""What is wrong with manifests: values that are gathered and reported together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from harness.model.errors import UsageError
from harness.model.given_file import shortened

MOST_SHOWN: Final = 50
LONGEST_KEY: Final = 120
LONGEST_PART: Final = 600
"""Characters of what is wrong, and of what to do: room for a list of all servers."""


@dataclass(frozen=True)
class ManifestFault:
    """One thing to mend: the file, the key in it (empty: the whole file), what is wrong and what to do."""

    file: Path
    key: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        parts = (shown(self.file), shortened(self.key, LONGEST_KEY)) if self.key else (shown(self.file),)
        text = ": ".join((*parts, shortened(self.what, LONGEST_PART)))
        return text + (f"; {shortened(self.mend, LONGEST_PART)}" if self.mend else "")


def shown(path: Path) -> str:
    """A path as a person at this folder would write it."""
    return os.path.relpath(path) if path.absolute().is_relative_to(Path.cwd()) else str(path)


def refuse(faults: Sequence[ManifestFault], described_in: str, of: str = "what the folders say of themselves") -> None:
    """Raise one UsageError that tells every fault on a line of its own; nothing when there is none."""
    if not faults:
        return
    lines = [f"  {fault}" for fault in faults[:MOST_SHOWN]]
    if len(faults) > MOST_SHOWN:
        lines.append(f"  and {len(faults) - MOST_SHOWN:,} more")
    count = "one fault" if len(faults) == 1 else f"{len(faults):,} faults"
    raise UsageError("\n".join([f"{count} in {of}:", *lines]), mend=f"See {described_in}.")


def nearest(word: str, known: Sequence[str]) -> str:
    """How to mend a word that is not one of `known`: the one it looks like, else all of them."""
    close = get_close_matches(word[:LONGEST_KEY], known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"there are: {', '.join(known)}" if known else "there are none"
