"""Where text goes: results to standard output, everything said about them to standard error."""

import json
import os
import sys
from typing import Any, Final

from rich.console import Console

from harness.model.notice import Notice

PIPED_WIDTH: Final = 160
"""Columns of a file or a pipe: wide enough for every table, where nothing else says how wide it is."""

_TOLD = sys.stdout.isatty() or "COLUMNS" in os.environ
output = Console(soft_wrap=False, width=None if _TOLD else PIPED_WIDTH)
messages = Console(stderr=True, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, and nothing else there."""
    json.dump(value, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_notice(notice: Notice) -> None:
    """What a reader must know, and what to do; nothing in it is read as markup."""
    text = f"note: {notice.seen}" + (f" ({notice.mend})" if notice.mend else "")
    messages.print(text, style="yellow", markup=False, highlight=False)


def print_error(text: str) -> None:
    """A message for the person at the keyboard; nothing in it is read as markup."""
    messages.print("error:", style="bold red", end=" ")
    messages.print(text, markup=False, highlight=False)
