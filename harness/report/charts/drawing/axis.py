"""What stands around a chart: names beside it and below it, the line that carries it, and its grid.

matplotlib's own axis makes five artists for each tick, whether they are seen or not: most of the time of a chart.
"""

import math
from collections.abc import Sequence
from typing import Final, Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation, Transform

from harness.report.charts.drawing.figure import INK, MUTED, RULE, in_lines, of_cell
from harness.report.charts.drawing.scale import plain, ticks

Point = tuple[float, float]

THIN: Final = 0.8
LINE: Final = 13.0
"""From one line of a name to the next, in pixels."""
_TICK: Final = 3.5
_NAME_BELOW: Final = 15.7
"""From the line to the foot of the letters, in pixels; the title follows below the names."""
_TITLE_BELOW: Final = 32.0
_TITLE_BELOW_NO_NAMES: Final = 13.5
_TITLE_ABOVE: Final = 22.0
_MIDDLE: Final = 0.38
"""From the foot of digits and letters to their middle, as a share of the size of the font."""


def blank(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes with nothing around them, in shares of the figure."""
    axes = figure.add_axes((left, bottom, width, height))
    axes.set_axis_off()
    return axes


def below(axes: Axes, places: Sequence[float], names: Sequence[str], title: str) -> None:
    """The line below the axes, a tick and a name at each of `places`, and what the names count. Scales must be set."""
    across, tick = axes.get_xaxis_transform(), -_TICK / axes.bbox.height
    _strokes(axes, [((0, 0), (1, 0))], axes.transAxes, cap="projecting", zorder=2.5)
    _strokes(axes, [((place, 0), (place, tick)) for place in places], across)
    _write(
        axes, [(place, 0) for place in places], names, _moved(axes, across, 0, -_NAME_BELOW), align="center", size=11.5
    )
    down = _TITLE_BELOW if places else _TITLE_BELOW_NO_NAMES
    _write(axes, [(0.5, 0)], [title], _moved(axes, axes.transAxes, 0, -down), align="center", size=12.5)


def beside(axes: Axes, places: Sequence[float], names: Sequence[str]) -> None:
    """A number on the left of each of `places`."""
    _beside(axes, places, names, gap=_TICK, size=11)


def rows(axes: Axes, names: Sequence[str], cells: Sequence[str] = ()) -> None:
    """A name on the left of each row, on two lines where it is long; the first is at the top. Sets the scale. `cells`:
    the cells with these names."""
    axes.set_ylim(len(names) - 0.4, -0.6)
    for lines, size in ((1, 12.5), (2, 11.5)):
        chosen = [(place, found) for place, name in enumerate(names) if len(found := in_lines(name)) == lines]
        for line in range(lines):
            up = ((lines - 1) / 2 - line) * LINE
            at, texts = [place for place, _ in chosen], [found[line] for _, found in chosen]
            written = _beside(axes, at, texts, gap=8, up=up, colour=INK, size=size)
            for place, text in zip(at, written, strict=True) if cells else ():
                of_cell(cells[place], text)


def above(axes: Axes, title: str) -> None:
    """What the axes show, over their left end."""
    _write(axes, [(0, 1)], [title], _moved(axes, axes.transAxes, 0, _TITLE_ABOVE), align="left", size=11)


def grid(axes: Axes, axis: Literal["x", "y"], places: Sequence[float], colour: str = RULE, width: float = THIN) -> None:
    """Lines at each of `places` on the x or the y axis, across the axes and behind what is drawn on them."""
    if axis == "x":
        strokes, at = [((place, 0.0), (place, 1.0)) for place in places], axes.get_xaxis_transform()
    else:
        strokes, at = [((0.0, place), (1.0, place)) for place in places], axes.get_yaxis_transform()
    _strokes(axes, strokes, at, colour=colour, width=width)


def logarithmic(axes: Axes, values: Sequence[float], margin: float = 1.12) -> None:
    """A logarithmic y axis that holds all positive `values`, with a grid and numbers at three to seven round places."""
    positive = [value for value in values if value > 0]
    if not positive:
        return
    low, high = min(positive) / margin, max(positive) * margin
    axes.set(yscale="log", ylim=(low, high))
    places = ticks(low, high)
    grid(axes, "y", places)
    beside(axes, places, [plain(place) for place in places])


def round_places(axes: Axes, steps: int, *, symmetric: bool = False) -> list[float]:
    """Round numbers on the x axis, at most so many `steps` apart."""
    low, high = axes.get_xlim()
    found = MaxNLocator(steps, symmetric=symmetric).tick_values(low, high)
    return [float(place) for place in found if low <= place <= high]


def _beside(
    axes: Axes,
    places: Sequence[float],
    names: Sequence[str],
    *,
    gap: float,
    up: float = 0.0,
    colour: str = MUTED,
    size: float,
) -> list[Text]:
    at = _moved(axes, axes.get_yaxis_transform(), -gap, up - _MIDDLE * size)
    return _write(axes, [(0, place) for place in places], names, at, align="right", colour=colour, size=size)


# Both go to the figure: what is added to axes is clipped to them and searched for their limits, one by one.


def _write(
    axes: Axes,
    places: Sequence[Point],
    texts: Sequence[str],
    at: Transform,
    *,
    align: Literal["left", "center", "right"],
    colour: str = MUTED,
    size: float,
) -> list[Text]:
    return [
        _figure(axes).text(x, y, text, transform=at, ha=align, color=colour, fontsize=size)
        for (x, y), text in zip(places, texts, strict=True)
    ]


def _strokes(
    axes: Axes,
    strokes: Sequence[tuple[Point, Point]],
    at: Transform,
    *,
    colour: str = RULE,
    width: float = THIN,
    cap: Literal["butt", "projecting"] = "butt",
    zorder: float = -1,
) -> None:
    """Separate straight lines as one: where a point is no number, the pen is lifted."""
    nowhere = (math.nan, math.nan)
    x, y = zip(nowhere, *(point for start, end in strokes for point in (start, end, nowhere)), strict=True)
    line = Line2D(x, y, color=colour, linewidth=width, solid_capstyle=cap, transform=at, zorder=zorder)
    _figure(axes).add_artist(line)


def _moved(axes: Axes, at: Transform, right: float, up: float) -> Transform:
    """By so many pixels."""
    return at + ScaledTranslation(right / 72, up / 72, _figure(axes).dpi_scale_trans)


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes are made on a figure"
    return figure
