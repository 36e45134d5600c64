"""What a framework costs above the bare callable on the same server, in microseconds per request."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import FLOOR, INK, MOST_BARS, Chart, chart, colour_of, of_cell
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import plain, rounded

_ROW = 30
_MARGIN = 52


@dataclass(frozen=True, slots=True)
class Cost:
    """Microseconds of a worker's time a request: the bare callable's, and what comes on top, with its interval.
    `series`: the number of the application's colour."""

    label: str
    floor_label: str
    floor_us: float
    extra_us: float
    extra_low_us: float | None
    extra_high_us: float | None
    app: str = ""
    series: int = 1
    cell: str = ""


def cost(scenario: str, title: str, rows: Sequence[Cost]) -> Chart | None:
    """Stacked bars, cheapest first; None where no application shares its server with a bare callable."""
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: row.floor_us + row.extra_us)
    rows, left_out = legible(rows, MOST_BARS, lambda row: row.floor_us + row.extra_us, "the cheapest")
    return chart(
        f"cost-{scenario}",
        title=f"{title}: cost of the framework",
        caption="Microseconds of a worker's time for one request. Grey: the bare callable on the same server, which is "
        "the server and, where there is one, the database. Colour: what the framework adds, with its interval."
        + left_out,
        says="; ".join(_says(row) for row in rows) + ".",
        height=_ROW * len(rows) + _MARGIN,
        draw=lambda figure: _draw(figure, rows),
    )


def _says(row: Cost) -> str:
    low, high = row.extra_low_us, row.extra_high_us or 0.0
    bounds = "" if low is None else f" ({rounded(low)} to {rounded(high)})"
    extra = f"{rounded(row.extra_us)}{bounds}"
    return f"{row.label}: {rounded(row.floor_us)} for {row.floor_label}, and {extra} for the framework"


def _draw(figure: Figure, rows: Sequence[Cost]) -> None:
    height = _ROW * len(rows) + _MARGIN
    axes = axis.blank(figure, 0.42, 42 / height, 0.54, 1 - 46 / height)
    longest = max(max(row.floor_us + row.extra_us, row.floor_us + (row.extra_high_us or 0)) for row in rows)
    bare = axes.barh(
        range(len(rows)), [min(row.floor_us, row.floor_us + row.extra_us) for row in rows], height=0.5, color=FLOOR
    )
    floors, colours = [row.floor_us for row in rows], [colour_of(row.series) for row in rows]
    extra = axes.barh(
        range(len(rows)), [max(row.extra_us, 0.0) for row in rows], left=floors, height=0.5, color=colours
    )
    for row, *bars in zip(rows, bare, extra, strict=True):
        of_cell(row.cell, *bars)
    for place, row in enumerate(rows):
        _draw_extra(axes, place, row, longest)
    axis.rows(axes, [row.label for row in rows], [row.cell for row in rows])
    axes.set_xlim(0, 1.28 * longest)
    places = axis.round_places(axes, 5)
    axis.grid(axes, "x", places)
    axis.below(axes, places, [plain(value) for value in places], "microseconds per request")


def _draw_extra(axes: Axes, place: int, row: Cost, longest: float) -> None:
    """What the framework adds: its interval and the figure."""
    end = row.floor_us + row.extra_us
    if row.extra_low_us is not None and row.extra_high_us is not None:
        low, high = row.floor_us + row.extra_low_us, row.floor_us + row.extra_high_us
        of_cell(row.cell, *axes.plot([low, high], [place, place], color=INK, linewidth=1.4))
        ends = axes.plot([low, high], [place, place], "|", color=INK, markersize=7, markeredgewidth=1.4)
        of_cell(row.cell, *ends)
        end = max(end, high)
    added = rounded(row.extra_us, signed=True)
    of_cell(row.cell, axes.text(end + 0.02 * longest, place, added, va="center", fontsize=11.5))
