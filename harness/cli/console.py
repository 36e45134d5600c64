"""Where text goes: results to standard output, everything said about them to standard error.

All of it goes out here, and nothing in it steers the terminal.
"""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from harness.model.foreign import clean
from harness.model.notice import Notice

PIPED_WIDTH: Final = 160
"""Columns of a file or a pipe: wide enough for every table, where nothing else says how wide it is."""


class SafeConsole(Console):
    """Text that others wrote cannot steer the terminal: only rich's own controls (of its progress bar) pass."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=clean(segment.text))


_TOLD = (sys.stdout is not None and sys.stdout.isatty()) or "COLUMNS" in os.environ
output = SafeConsole(soft_wrap=False, width=None if _TOLD else PIPED_WIDTH)
messages = SafeConsole(stderr=True, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document on standard output, and nothing else there. It is ASCII, so that it steers no terminal."""
    print_whole(json.dumps(value, indent=2) + "\n")


def print_whole(text: str) -> None:
    """A document on standard output, as it is: its maker has cleaned it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def print_notice(notice: Notice) -> None:
    """What a reader must know, and what to do; nothing in it is read as markup."""
    text = f"note: {notice.seen}" + (f" ({notice.mend})" if notice.mend else "")
    messages.print(text, style="yellow", markup=False, highlight=False)


def print_error(text: str) -> None:
    """A message for the person at the keyboard; nothing in it is read as markup."""
    messages.print("error:", style="bold red", end=" ")
    messages.print(text, markup=False, highlight=False)
