"""What changed between two campaigns: a dot and a whisker a cell, around no change."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import ACCENT, FLOOR, INK, MUTED, PAPER, SERIES, Chart, chart
from harness.report.charts.drawing.scale import signed

_ROW = 28
_MARGIN = 50


@dataclass(frozen=True, slots=True)
class Shift:
    """A cell's ratio, later over earlier, with its interval."""

    label: str
    ratio: float
    low: float | None
    high: float | None
    verdict: str


def changes(scenario: str, title: str, rows: Sequence[Shift], delta: float) -> Chart | None:
    """Changes in percent; `delta` (a share of 1) is the band of differences that do not matter. None without a row."""
    if not rows:
        return None
    return chart(
        f"changes-{scenario}",
        title=f"{title}: change against the reference",
        caption="A dot is the change of a configuration's ratio to the reference, the line its interval; the band "
        f"holds differences up to {100 * delta:.3g} %, which do not matter.",
        says="; ".join(_says(row) for row in rows) + ".",
        height=_ROW * len(rows) + _MARGIN,
        draw=lambda figure: _draw(figure, rows, delta),
    )


def _says(row: Shift) -> str:
    bounds = "" if row.low is None or row.high is None else f" ({_percent(row.low):.1f} to {_percent(row.high):.1f})"
    return f"{row.label}: {_percent(row.ratio):.1f} percent{bounds}, {row.verdict}"


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)


def _draw(figure: Figure, rows: Sequence[Shift], delta: float) -> None:
    height = _ROW * len(rows) + _MARGIN
    axes = axis.blank(figure, 0.42, 42 / height, 0.555, 1 - 46 / height)
    axes.axvspan(_percent(1 / (1 + delta)), _percent(1 + delta), color=FLOOR, alpha=0.2, linewidth=0, zorder=0)
    for place, row in enumerate(rows):
        colour = {"worse": SERIES[1], "better": SERIES[2]}.get(row.verdict, ACCENT)
        if row.low is not None and row.high is not None:
            axes.plot([_percent(row.low), _percent(row.high)], [place, place], color=INK, linewidth=1.6)
        axes.plot([_percent(row.ratio)], [place], "o", color=colour, markersize=7.5, mec=PAPER)
    axis.rows(axes, [row.label for row in rows])
    places = axis.round_places(axes, 5)
    axis.grid(axes, "x", [0], MUTED, 1)
    axis.grid(axes, "x", places)
    axis.below(axes, places, [signed(value) for value in places], "change in percent")
