"""Time per request against the number of middlewares or routes: the slope is what each one costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis, lines
from harness.report.charts.drawing.figure import Chart, chart
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import plain


@dataclass(frozen=True, slots=True)
class Sloping:
    """A cell's line, and for each of its points the interval over blocks; None where there is none."""

    line: lines.Line
    intervals: tuple[tuple[float | None, float | None], ...]

    @property
    def app(self) -> str:
        return self.line.app


def slopes(scenario: str, title: str, found: Sequence[Sloping], per: str) -> Chart | None:
    """`per`: what the x axis counts. None without a cell."""
    if not found:
        return None
    shown, left_out = legible(found, lines.MOST, lambda one: -one.line.rps, "the fastest")
    places = {x: f"{plain(x)} {per}s" for one in shown for x, _ in one.line.points}
    return chart(
        f"slopes-{scenario}",
        title=f"{title}: microseconds per request against the number of {per}s",
        caption="The mean of the blocks, with Student's interval over them. All levels are measured in turn."
        + left_out,
        says=lines.in_words([one.line for one in shown], places, "microseconds"),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, shown, per),
    )


def _draw(figure: Figure, found: Sequence[Sloping], per: str) -> None:
    drawn = [one.line for one in found]
    axes = lines.plot(figure, drawn)
    for one, (colour, _) in zip(found, lines.styles(drawn), strict=True):
        for (x, _), (low, high) in zip(one.line.points, one.intervals, strict=True):
            if low is not None and high is not None:
                axes.plot((x, x), (max(low, 1e-3), max(high, 1e-3)), color=colour, linewidth=1.2)
    places = sorted({x for line in drawn for x, _ in line.points})
    axis.logarithmic(axes, [y for line in drawn for _, y in line.points], margin=1.3)
    axes.set_xlim(places[0] - 0.04 * places[-1], places[-1] * 1.04)
    axis.below(axes, places, [plain(value) for value in places], f"{per}s")
    axis.above(axes, "microseconds per request, logarithmic")
    lines.name_ends(figure, axes, drawn)
