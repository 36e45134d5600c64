"""Text of others in Markdown, as text and nothing else."""

import re

from harness.model.foreign import clean
from harness.report.text import shorten

MOST_LETTERS = 120


def code(text: str) -> str:
    """A code span for a table: in it is no HTML, no link, no mention of people, issues or commits.

    Its fence is longer than any run of backticks in the text (CommonMark 0.31, section 6.1). A pipe would end the cell
    inside a code span too (GitHub Flavored Markdown, section 4.10).
    """
    line = shorten(clean(text), MOST_LETTERS).strip()
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line[:1] == "`" or line[-1:] == "`" else ""
    return f"{fence}{pad}{line}{pad}{fence}".replace("|", "\\|") if line else "n/a"
