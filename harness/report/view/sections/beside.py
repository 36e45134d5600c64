"""What is beside the CPU time: where a request is while it waits, and what the database does for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.analysis.layers.residence import ACCEPT_QUEUE, DATABASE, GENERATOR, INSIDE, PLACES, SOCKET, WORK
from harness.model.found.explanation import Amount, CellLayers, DatabaseShare
from harness.report.text import Figure, absent, number, shorten
from harness.report.view.names import Name
from harness.report.view.tables.amounts import AmountRow, amount_row

MOST_LETTERS: Final = 140
TITLES: Final = {
    ACCEPT_QUEUE: ("Accept queue", "connected, and not accepted by the server"),
    SOCKET: ("Socket", "sent, and not read by the server"),
    INSIDE: ("Waiting inside", "read, and waiting: for the event loop, a thread, a pool, a lock"),
    DATABASE: ("Database", "the database runs its statements"),
    WORK: ("At work", "the server's CPU time per request"),
    GENERATOR: ("Load generator", "answered, and not read by the generator"),
}
COUNTED: Final = {
    "calls": ("Statements", "all of them, those that begin and end transactions included"),
    "reads": ("Reads", "statements that read the scenario's tables"),
    "rows": ("Rows", "that the statements gave or changed"),
    "sent": ("Bytes sent", "to the database"),
    "received": ("Bytes received", "from it"),
}
"""Figures of a DatabaseShare."""
WORTH_NAMING_CALLS: Final = 0.5
"""Statements per answer: a smaller difference is not named."""
NO_SOCKETS: Final = "the system did not report its sockets"
NOT_COUNTED: Final = "no statements were counted"
NO_BYTES: Final = "connections came and went, or the database is not the harness's own"


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement, constants left out. `figures`: runs per answer, microseconds of each run."""

    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class StatementsTable:
    """The statements that took the database the most time for a configuration."""

    name: Name
    rows: tuple[StatementRow, ...]


def residence_rows(cells: Sequence[CellLayers]) -> tuple[AmountRow, ...]:
    """A row for each place of a request, and the sum; none where no configuration's sockets were reported."""
    if not any(cell.residence for cell in cells):
        return ()
    rows = [
        amount_row(place, *TITLES[place], [cell.residence.get(place) for cell in cells], NO_SOCKETS) for place in PLACES
    ]
    sums = [
        Amount(us=sum(amount.us for amount in cell.residence.values())) if cell.residence else None for cell in cells
    ]
    return (*rows, amount_row("", "All", "the response time at this load", sums, NO_SOCKETS))


def database_rows(cells: Sequence[CellLayers]) -> tuple[AmountRow, ...]:
    """What the database's own counters say, per answer; none where nothing was counted, or it was always nothing."""
    found = [cell.database for cell in cells]
    if not any(one and (one.calls or one.reads_asked) for one in found):
        return ()
    executing = [one.executing if one else None for one in found]
    return (
        *(
            AmountRow(name, title, about, tuple(_count(one, name) for one in found), ("",) * len(found))
            for name, (title, about) in COUNTED.items()
        ),
        amount_row("executing", "Time, µs", "the database runs the statements", executing, NOT_COUNTED),
    )


def _count(share: DatabaseShare | None, name: str) -> Figure:
    if share is None:
        return absent(NOT_COUNTED)
    value: float | None = getattr(share, name)
    return absent(NO_BYTES) if value is None else Figure(f"{value:,.1f}", value)


def statement_rows(cell: CellLayers) -> tuple[StatementRow, ...]:
    """The statements that took the most."""
    return tuple(
        StatementRow(
            shorten(one.text, MOST_LETTERS),
            (Figure(f"{one.calls:,.2f}", one.calls), Figure(f"{one.call_us:,.1f}", one.call_us)),
        )
        for one in (cell.database.statements if cell.database else ())
    )


def remarks(cells: Sequence[CellLayers], names: Mapping[str, Name]) -> Iterator[str]:
    """What stands out in one configuration by itself: reads beyond those that the scenario asks for."""
    for cell in cells:
        share = cell.database
        if share and share.reads_too_often:
            asked = "none" if not share.reads_asked else f"{share.reads_asked:,}"
            yield (
                f"{names[cell.cell].label} reads the database {number(share.reads)} times per answer, and the scenario"
                f" asks for {asked} (N+1): see its statements."
            )


def in_statements(first: CellLayers, second: CellLayers, names: Mapping[str, Name]) -> list[str]:
    """That one of two configurations has the database do clearly more statements than the other."""
    one, other = first.database, second.database
    if one is None or other is None or abs(one.calls - other.calls) < WORTH_NAMING_CALLS:
        return []
    runs = f"{names[first.cell].label} runs {one.calls:,.1f} statements per answer, {names[second.cell].label}"
    takes = f"they take the database {number(one.executing.us)} and {number(other.executing.us)} µs"
    return [f"{runs} {other.calls:,.1f}; {takes}."]
