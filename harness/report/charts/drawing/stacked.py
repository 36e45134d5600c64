"""Bars made of parts, one for each configuration, with a key above them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import INK, of_cell
from harness.report.charts.drawing.scale import plain, rounded

_ROW: Final = 30
_MARGIN: Final = 52
_KEY: Final = 26
_BESIDE: Final = 3
"""Entries of the key in a line."""


@dataclass(frozen=True, slots=True)
class Key:
    """A part's name and its colour."""

    name: str
    colour: str


def height(rows: int, keys: int) -> int:
    """Of the chart, in pixels."""
    return _ROW * rows + _MARGIN + _KEY * -(-keys // _BESIDE)


def draw(figure: Figure, keys: Sequence[Key], rows: Sequence[tuple[str, str, Sequence[float]]], unit: str) -> None:
    """`rows`: a label, its cell, and the length of each part, none of them negative."""
    whole, top = height(len(rows), len(keys)), height(0, len(keys)) - _MARGIN
    axes = axis.blank(figure, 0.42, 42 / whole, 0.555, 1 - (46 + top) / whole)
    longest = max(sum(parts) for *_, parts in rows)
    starts, cells = [0.0] * len(rows), [cell for _, cell, _ in rows]
    for key, widths in zip(keys, zip(*(parts for *_, parts in rows), strict=True), strict=True):
        bars = axes.barh(range(len(rows)), widths, left=starts, height=0.5, color=key.colour)
        for cell, bar in zip(cells, bars, strict=True):
            of_cell(cell, bar)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    for place, (cell, length) in enumerate(zip(cells, starts, strict=True)):
        of_cell(cell, axes.text(length + 0.02 * longest, place, rounded(length), va="center", fontsize=11.5))
    for index, key in enumerate(keys):
        x, y = 0.02 + 0.33 * (index % _BESIDE), 1 - (12 + _KEY * (index // _BESIDE)) / whole
        figure.text(x, y, "\u25a0", color=key.colour, fontsize=13, va="center")
        figure.text(x + 0.033, y, key.name, color=INK, fontsize=11.5, va="center")
    axis.rows(axes, [label for label, *_ in rows], cells)
    axes.set_xlim(0, 1.2 * longest)
    places = axis.round_places(axes, 5)
    axis.grid(axes, "x", places)
    axis.below(axes, places, [plain(value) for value in places], unit)
