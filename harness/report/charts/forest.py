"""The ranking with its intervals: what every block said, and what was concluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.report.charts.figure import ACCENT, FLOOR, INK, MUTED, PAPER, Chart, chart, label
from harness.report.charts.scale import logarithmic

_ROW = 30
_MARGIN = 62


@dataclass(frozen=True, slots=True)
class ForestRow:
    """A cell, its estimate with its interval, and what each block alone gives. `floor`: drawn as a yardstick."""

    label: str
    value: float
    low: float | None
    high: float | None
    blocks: tuple[float, ...]
    floor: bool


def forest(scenario: str, title: str, rows: Sequence[ForestRow], reference: str) -> Chart:
    """Ratios to the reference in the same block, on a logarithmic scale, where equal ratios are equal distances."""
    return chart(
        f"forest-{scenario}",
        title=f"{title}: every block against {label(reference, 60)}",
        caption="A dot is one block: the cell against the reference while both were up together. The band is the "
        "interval, the tick the estimate. The scale is logarithmic: equal ratios are equal distances.",
        says="; ".join(_says(row) for row in rows) + ".",
        height=_ROW * len(rows) + _MARGIN,
        draw=lambda figure: _draw(figure, rows),
    )


def against(rates: Mapping[int, float], reference: Mapping[int, float]) -> tuple[float, ...]:
    """The ratio in each block in which both have a value, in block order."""
    return tuple(rates[block] / reference[block] for block in sorted(rates) if reference.get(block, 0.0) > 0)


def _says(row: ForestRow) -> str:
    bounds = "" if row.low is None or row.high is None else f" ({row.low:.3g} to {row.high:.3g})"
    return f"{row.label}: {row.value:.3g} times the reference{bounds}"


def _draw(figure: Figure, rows: Sequence[ForestRow]) -> None:
    height = _ROW * len(rows) + _MARGIN
    axes = figure.add_axes((0.37, 44 / height, 0.61, 1 - 50 / height))
    axes.axvline(1.0, color=MUTED, linewidth=1, linestyle=(0, (2, 3)), zorder=0)
    for place, row in enumerate(rows):
        _draw_row(axes, place, row)
    axes.set_yticks(range(len(rows)), [label(row.label) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, pad=8)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", linewidth=0.8)
    logarithmic(axes, "x", [value for row in rows for value in (row.value, *row.blocks)])
    axes.set_xlabel("times the reference, logarithmic")


def _draw_row(axes: Axes, place: int, row: ForestRow) -> None:
    colour = FLOOR if row.floor else ACCENT
    if row.low is not None and row.high is not None:
        axes.plot([row.low, row.high], [place, place], color=colour, linewidth=9, alpha=0.35, solid_capstyle="butt")
    axes.plot(row.blocks, [place] * len(row.blocks), "o", color=colour, markersize=6, markeredgecolor=PAPER)
    axes.plot([row.value], [place], "|", color=INK, markersize=16, markeredgewidth=1.8)
