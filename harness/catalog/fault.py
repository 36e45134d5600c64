"""What is wrong with manifests: values that are gathered and told together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from harness.model.errors import UsageError


@dataclass(frozen=True)
class ManifestFault:
    """One thing to mend: the file, the key in it (empty: the whole file), what is wrong and what to do."""

    file: Path
    key: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        place = f"{shown(self.file)}: {self.key}" if self.key else shown(self.file)
        return f"{place}: {self.what}" + (f"; {self.mend}" if self.mend else "")


def shown(path: Path) -> str:
    """A path as a person at this folder would write it."""
    return os.path.relpath(path) if path.absolute().is_relative_to(Path.cwd()) else str(path)


def refuse(faults: Sequence[ManifestFault], described_in: str, of: str = "what the folders say of themselves") -> None:
    """Raise one UsageError that tells every fault on a line of its own; nothing when there is none."""
    if not faults:
        return
    lines = [f"  {fault}" for fault in faults]
    count = "one fault" if len(lines) == 1 else f"{len(lines)} faults"
    raise UsageError("\n".join([f"{count} in {of}:", *lines]), mend=f"See {described_in}.")


def nearest(word: str, known: Sequence[str]) -> str:
    """How to mend a word that is not one of `known`: the one it looks like, else all of them."""
    close = get_close_matches(word, known, n=1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"there are: {', '.join(known)}" if known else "there are none"
