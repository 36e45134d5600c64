"""The first section of a campaign whose configurations race: the tie group of the best, and the command."""

from dataclasses import dataclass

from harness.model.asked.counting import Unit
from harness.report.text import shorten
from harness.report.view.opening.answer import Answer, Span
from harness.report.view.source import Source
from harness.report.view.tuning import (
    ContenderRow,
    GoneRow,
    KnobRow,
    Words,
    command_said,
    contender_rows,
    default_said,
    gone_rows,
    headline,
    knob_rows,
    sentences,
)


@dataclass(frozen=True, slots=True)
class TuningSection:
    """`command`: empty where nothing is recommended; `about` is what to know of it, `note` what must be done before."""

    application: str
    headline: str
    scenario: str
    load: str
    unit: Unit
    recommended: str
    command: str
    about: str
    note: str
    timed: bool
    contenders: tuple[ContenderRow, ...]
    gone: tuple[GoneRow, ...]
    knobs: tuple[KnobRow, ...]
    delta: str


def tuning_section(source: Source) -> TuningSection | None:
    """None where no configurations race."""
    tuning, found = source.record.tuning, source.tuned
    if tuning is None or found is None:
        return None
    words = Words(source.record)
    made = words.production(found.recommended) if found.recommended else None
    return TuningSection(
        application=shorten(tuning.title, 80),
        headline=headline(words, found),
        scenario=shorten(found.title, 80),
        load=found.level.label,
        unit=found.unit,
        recommended=words.name(found.recommended) if found.recommended else "",
        command=made.line if made else "",
        about=command_said(made, tuning) if made else "",
        note=made.note if made else "",
        timed=found.share is not None,
        contenders=contender_rows(words, found),
        gone=gone_rows(words, found),
        knobs=knob_rows(words, found),
        delta=f"{100 * found.delta:.3g} %",
    )


def tuning_answers(source: Source) -> tuple[Answer, ...]:
    """Of the one scenario, what to bear in mind beside the headline."""
    found = source.tuned
    if found is None:
        return ()
    said = (f"At {found.level.label}.", *sentences(found), default_said(Words(source.record), found))
    return (Answer(found.scenario, shorten(found.title, 80), (Span(" ".join(filter(None, said))),)),)
