"""The answer of a race of configurations on the terminal."""

from collections.abc import Iterable, Sequence

from harness.cli.console import messages, output
from harness.cli.show.tables import left_out, table
from harness.model.asked.tuning import Tuning
from harness.model.found.tuning import Tuned
from harness.model.measured.campaign import CampaignRecord
from harness.report.text import a_second
from harness.report.view.tuning import (
    ContenderRow,
    Words,
    command_said,
    contender_rows,
    default_said,
    gone_rows,
    headline,
    knob_rows,
    sentences,
)

FIGURES = ("of the fastest", "interval", "p99", "workers x threads", "memory", "CPU/request", "blocks")


def show(record: CampaignRecord, tuning: Tuning, found: Tuned, most: int | None = None) -> None:
    """The tie group, what each knob brings, who left, then the answer in a sentence and the command, all on standard
    output; what to bear in mind on standard error. `most`: rows of those that left."""
    words = Words(record)
    if rows := contender_rows(words, found):
        _show_contenders(
            rows, a_second(found.unit), f"{found.scenario} at {found.level.label}: the best, the cheapest first"
        )
    if knobs := knob_rows(words, found):
        shown = [(row.change, row.ratio, row.interval, row.verdict) for row in knobs]
        _table(("change", "speed", "interval", "verdict"), shown, "What each knob brings to the first of them", (1, 2))
    if gone := gone_rows(words, found):
        left = [(row.name, row.rps, row.why) for row in gone[:most]]
        _table(("configuration", a_second(found.unit), "why"), left, f"{len(gone)} that left the race", (1,))
        output.print(*left_out(len(gone), most), sep="\n", end="\n" if most and len(gone) > most else "")
    output.print(f"{headline(words, found)}.", markup=False, highlight=False, soft_wrap=True)
    for sentence in filter(None, (*sentences(found), default_said(words, found))):
        _say(sentence)
    if found.recommended and (made := words.production(found.recommended)):
        output.print(made.line, markup=False, highlight=False, soft_wrap=True)
        for sentence in filter(None, (made.note, command_said(made, tuning))):
            _say(sentence)


def _show_contenders(rows: Sequence[ContenderRow], rate: str, title: str) -> None:
    timed = any(row.p99 for row in rows)
    columns = [rate, *(name for name in FIGURES if timed or name != "p99")]
    shown = [
        [
            row.name,
            row.rps,
            row.ratio,
            row.interval,
            *([row.p99] if timed else []),
            row.together,
            row.memory,
            row.cpu,
            row.blocks,
        ]
        for row in rows
    ]
    _table(("configuration", *columns), shown, title, range(1, 1 + len(columns)))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], title: str, right: Sequence[int]) -> None:
    output.print(table(columns, rows, title=title, right=right))


def _say(text: str) -> None:
    messages.print(text, markup=False, highlight=False)
