"""A story's statements put to the test, on the terminal."""

import shlex
from typing import Final

from rich.text import Text

from harness.cli.console import messages, output
from harness.model.errors import ExitCode
from harness.model.found.statements import StatementVerdict, StoryFinding
from harness.report.view.sections.claimed.story_words import SAID, Label, sentence

REFUTED: Final[tuple[StatementVerdict, ...]] = ("does-not-hold", "held-then")


def show(found: StoryFinding, label: Label, title: Label) -> None:
    """Each statement with its verdict and its sentence on standard output; what to do on standard error. `label` is
    what cells are called, `title` what applications are."""
    output.print(found.title, markup=False, highlight=False, style="bold")
    messages.print(found.source, style="dim", markup=False, highlight=False)
    for one in found.statements:
        output.print(Text(f"\n({one.id}) {one.title}: {SAID[one.verdict]}", style="bold"))
        output.print(one.said, style="italic", markup=False, highlight=False)
        output.print(sentence(one, label, title), markup=False, highlight=False)
    for command in found.commands:
        messages.print(f"To answer what is missing or open: {shlex.join(command)}", markup=False)


def ended(found: StoryFinding) -> ExitCode:
    """One statement that does not hold now is enough for 4, all must hold for 0; else something is open."""
    verdicts = [one.verdict for one in found.statements]
    if any(verdict in REFUTED for verdict in verdicts):
        return ExitCode.REGRESSION
    return ExitCode.OK if all(verdict == "holds" for verdict in verdicts) else ExitCode.INCONCLUSIVE
