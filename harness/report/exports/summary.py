"""What a gate decided as Markdown: a job's summary, and a comment that a bot replaces."""

import re
from collections.abc import Iterator
from typing import Final

from harness.report.exports.markdown import code
from harness.report.view.gating import Judged, Row, headline, said, thresholds_of

MOST_ROWS: Final = 200
"""A job's summary may have 1 MiB on GitHub, a comment 65,536 letters."""
MOST_IN_A_COMMENT: Final = 20
MARKER: Final = "<!-- harness-gate:{key} -->"


def job_summary(judged: Judged) -> str:
    """A heading, what A and B are, and a table of every metric."""
    return "\n".join([*_summary(judged), ""])


def _summary(judged: Judged) -> Iterator[str]:
    several = any(row.subject for row in judged.rows)
    yield from (f"### {headline(judged)}", "", f"A: {code(judged.names[0])}, B: {code(judged.names[1])}", "")
    subject = " configuration |" if several else ""
    yield f"| scenario |{subject} metric | A | B | B against A | interval | B is | gate |"
    yield f"|---|{'---|' if several else ''}---|---:|---:|---:|---|---|---|"
    yield from (_line(row, several=several) for row in judged.rows[:MOST_ROWS])
    yield ""
    yield from _left_out(judged.rows, MOST_ROWS)
    notes = [row for row in judged.rows[:MOST_ROWS] if row.reason or row.ahead]
    for row in notes:
        yield f"- {_place(row)}: {row.metric}: {code(row.reason) if row.reason else row.ahead}"
    if notes:
        yield ""
    yield f"{judged.basis}. Campaign {code(judged.campaign)}."


def _line(row: Row, *, several: bool) -> str:
    subject = [code(row.subject)] if several else []
    figures = [row.metric, row.before, row.after, row.change, row.interval, row.verdict, thresholds_of(row)]
    return "| " + " | ".join([code(row.scenario), *subject, *figures]) + " |"


def comment(judged: Judged, key: str = "gate") -> str:
    """A few lines, those that fired first. The first line is hidden, and the same in every run with the same `key`, so
    that a bot finds the comment that it must replace."""
    ordered = sorted(
        (row for row in judged.rows if row.checks),
        key=lambda row: ("fired", "inconclusive", "passed").index(row.outcome or "passed"),
    )
    lines = [f"- {_place(row)}: {said(check)}" for row in ordered[:MOST_IN_A_COMMENT] for check in row.checks]
    lines = lines or [
        f"- {_place(row)}: {row.metric}: {row.verdict} ({row.interval})" for row in judged.rows[:MOST_IN_A_COMMENT]
    ]
    shown = ordered or list(judged.rows)
    return "\n".join(
        [
            marker(key),
            f"**{headline(judged)}**",
            "",
            f"A: {code(judged.names[0])}, B: {code(judged.names[1])}",
            "",
            *lines,
            *_left_out(shown, MOST_IN_A_COMMENT),
            "",
            f"{judged.basis}.",
            "",
        ]
    )


def marker(key: str) -> str:
    """The hidden first line; of the key only what cannot end it."""
    return MARKER.format(key=re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")[:40] or "gate")


def _place(row: Row) -> str:
    return code(row.scenario) + (f", {code(row.subject)}" if row.subject else "")


def _left_out(rows: tuple[Row, ...] | list[Row], most: int) -> Iterator[str]:
    if len(rows) > most:
        yield from (f"and {len(rows) - most} rows more", "")
