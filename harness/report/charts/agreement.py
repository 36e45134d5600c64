"""How well the blocks agree: what every block said of a cell, beside what was concluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import (
    FLOOR,
    INK,
    MOST_BARS,
    MUTED,
    PAPER,
    Chart,
    chart,
    colour_of,
    label,
    of_cell,
)
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import signed
from harness.report.text import count

_ROW = 28
_MARGIN = 50


@dataclass(frozen=True, slots=True)
class Agreement:
    """A cell's ratio to the reference with its interval, and the ratio in each block. `floor`: a bare callable."""

    label: str
    ratio: float
    low: float | None
    high: float | None
    blocks: tuple[float, ...]
    floor: bool
    app: str = ""
    series: int = 1
    cell: str = ""


def agreement(scenario: str, title: str, rows: Sequence[Agreement], reference: str) -> Chart | None:
    """Each block's ratio as a difference from the estimate, in percent; None where there is nothing to compare."""
    rows = [row for row in rows if row.ratio > 0 and len(row.blocks) > 1]
    if not rows:
        return None
    rows, left_out = legible(rows, MOST_BARS, lambda row: -row.ratio, "the fastest")
    return chart(
        f"agreement-{scenario}",
        title=f"{title}: how well the blocks agree",
        caption=f"A dot is one block, started afresh: the configuration against {label(reference, 60)} in that block, "
        "as a difference from the configuration's estimate. The band is the interval of the estimate." + left_out,
        says="; ".join(_says(row) for row in rows) + ".",
        height=_ROW * len(rows) + _MARGIN,
        draw=lambda figure: _draw(figure, rows),
    )


def against(rates: Mapping[int, float], reference: Mapping[int, float]) -> tuple[float, ...]:
    """The ratio in each block in which both have a value, in block order."""
    return tuple(rates[block] / reference[block] for block in sorted(rates) if reference.get(block, 0.0) > 0)


def _says(row: Agreement) -> str:
    furthest = max(abs(value) for value in _differences(row, row.blocks))
    return f"{row.label}: {count(len(row.blocks), 'block')} within {furthest:.1f} percent of the estimate"


def _differences(row: Agreement, ratios: Sequence[float]) -> list[float]:
    return [100 * (ratio / row.ratio - 1) for ratio in ratios]


def _draw(figure: Figure, rows: Sequence[Agreement]) -> None:
    height = _ROW * len(rows) + _MARGIN
    axes = axis.blank(figure, 0.42, 42 / height, 0.555, 1 - 46 / height)
    for place, row in enumerate(rows):
        _draw_row(axes, place, row)
    axis.rows(axes, [row.label for row in rows], [row.cell for row in rows])
    furthest = max(abs(value) for row in rows for value in (*_differences(row, row.blocks), *_band(row), 1.0))
    axes.set_xlim(-1.08 * furthest, 1.08 * furthest)
    places = axis.round_places(axes, 5, symmetric=True)
    axis.grid(axes, "x", [0], MUTED, 1)
    axis.grid(axes, "x", places)
    axis.below(axes, places, [signed(value) for value in places], "percent from the estimate")


def _band(row: Agreement) -> tuple[float, ...]:
    return () if row.low is None or row.high is None else tuple(_differences(row, (row.low, row.high)))


def _draw_row(axes: Axes, place: int, row: Agreement) -> None:
    colour, band = FLOOR if row.floor else colour_of(row.series), _band(row)
    if band and band[0] != band[1]:
        of_cell(
            row.cell, *axes.plot(band, [place, place], color=colour, linewidth=13, alpha=0.25, solid_capstyle="butt")
        )
    dots = axes.plot(
        _differences(row, row.blocks), [place] * len(row.blocks), "o", color=colour, markersize=6.5, mec=PAPER
    )
    of_cell(row.cell, *dots, *axes.plot([0], [place], "|", color=INK, markersize=13, markeredgewidth=1.5))
