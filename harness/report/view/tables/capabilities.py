"""What cells can do, as it was tried: a table of answers, and the evidence of each below it."""

from dataclasses import dataclass
from typing import Final

from harness.model.asked.cell import Cell, differences
from harness.model.found.capabilities import TITLES, WORDS, Answer, Capabilities, Probed
from harness.report.text import moment, shorten
from harness.report.view.names import called
from harness.report.view.source import Source

LONGEST_QUOTE: Final = 400
"""Characters of each side of an exchange on the page; capabilities.json holds more."""
MOST_EXCHANGES: Final = 3
LONGEST_ANSWER: Final = 120
TONES: Final[dict[Answer, str]] = {"yes": "good", "no": "bad", "measured": "", "unknown": ""}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent, and what came back."""

    sent: str
    got: str


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer of one probe, and where on the page its evidence stands."""

    title: str
    word: str
    how: str
    tone: str
    anchor: str
    exchanges: tuple[Exchange, ...]
    more: int


@dataclass(frozen=True, slots=True)
class CapableRow:
    """One cell, and its answers in the order of the heads. `cells`: the campaign's own of this application and server,
    by their ids with a space between them; what was tried has settings of its own."""

    title: str
    cells: str
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class CapabilitySection:
    """The table, when it was made, and the cells that did not come up."""

    heads: tuple[str, ...]
    rows: tuple[CapableRow, ...]
    failed: tuple[str, ...]
    tried_at: str


def capability_section(source: Source) -> CapabilitySection | None:
    """None where nothing was tried."""
    found = source.capabilities
    if found is None:
        return None
    more = differences([one.cell for one in found.cells])
    return CapabilitySection(
        heads=tuple(TITLES.values()),
        rows=tuple(_row(source, more[one.cell.id], number, one) for number, one in enumerate(found.cells)),
        failed=tuple(shorten(f"{_failed(source, failure.cell)}: {failure.reason}", 300) for failure in found.failures),
        tried_at=moment(found.ended_at),
    )


def _row(source: Source, more: str, number: int, found: Capabilities) -> CapableRow:
    """`more`: in what else than application and server the cell differs from others that were tried."""
    cell = found.cell
    measured = (one.id for one in source.record.plan.cells if (one.app, one.server) == (cell.app, cell.server))
    return CapableRow(
        title=_title(source, cell) + (f" ({more})" if more else ""),
        cells=" ".join(measured),
        tried=tuple(_tried(number, found.of(probe)) for probe in TITLES),
    )


def _title(source: Source, cell: Cell) -> str:
    """What readers call a cell that is none of the campaign's own."""
    return f"{source.title(cell.app)} on {called(cell.server)}"


def _failed(source: Source, id_: str) -> str:
    """The same of one of which only the id is known."""
    alike = (one for one in source.record.plan.cells if id_.startswith(f"{one.app}.{one.server}."))
    return next((_title(source, one) for one in alike), id_)


def _tried(number: int, found: Probed) -> Tried:
    shown = found.evidence[:MOST_EXCHANGES]
    return Tried(
        title=TITLES[found.probe],
        word=WORDS[found.answer],
        how=shorten(found.how, LONGEST_ANSWER),
        tone=TONES[found.answer],
        anchor=f"tried-{number}-{found.probe}",
        exchanges=tuple(Exchange(_bounded(one.sent), _bounded(one.got)) for one in shown),
        more=len(found.evidence) - len(shown),
    )


def _bounded(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else text[: LONGEST_QUOTE - 1] + "…"
