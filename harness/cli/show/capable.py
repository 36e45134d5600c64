"""What cells can do, in the terminal."""

from collections.abc import Iterator
from typing import Final

from rich.table import Table

from harness.cli.show.tables import table
from harness.model.asked.cell import labels
from harness.model.found.capabilities import TITLES, CapabilitiesFound

BESIDE: Final = 3
"""Cells in one table."""


def capability_tables(found: CapabilitiesFound) -> Iterator[Table]:
    """A line for each probe, a column for each cell."""
    names = labels(one.cell for one in found.cells)
    for start in range(0, len(found.cells), BESIDE):
        cells = found.cells[start : start + BESIDE]
        heads = ("", *(names[one.cell.id] for one in cells))
        yield table(heads, [(title, *(one.of(probe).words for one in cells)) for probe, title in TITLES.items()])


def evidence_lines(found: CapabilitiesFound) -> Iterator[str]:
    """For each answer what was sent and what came back."""
    names = labels(one.cell for one in found.cells)
    for one in found.cells:
        for probed in one.probed:
            yield f"\n{names[one.cell.id]}: {TITLES[probed.probe]}: {probed.words}"
            for exchange in probed.evidence:
                yield f"> {_indented(exchange.sent)}\n< {_indented(exchange.got)}"


def failure_lines(found: CapabilitiesFound) -> Iterator[str]:
    """Why cells could not be tried."""
    for failure in found.failures:
        yield f"{failure.cell}: {failure.phase}: {failure.reason}" + f"\n{failure.log_tail}".rstrip()


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n  ")
