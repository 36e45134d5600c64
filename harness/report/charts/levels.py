"""Throughput against concurrency, or against the scenario's parameter."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis, lines
from harness.report.charts.drawing.figure import Chart, chart
from harness.report.charts.drawing.scale import plain


def levels(scenario: str, title: str, found: Sequence[lines.Line], of: str, rate: str) -> Chart | None:
    """`of`: what the x axis counts (connections, rows); `rate`: what the y axis does (requests per second). None
    without a cell that was driven at two levels."""
    found = [line for line in found if len(line.points) > 1]
    if not found:
        return None
    found, left_out = lines.drawable(found)
    places = {x: f"{plain(x)} {of}" for line in found for x, _ in line.points}
    return chart(
        f"levels-{scenario}",
        title=f"{title}: {rate} against {of}",
        caption="The median slice of each block, and the geometric mean over blocks. Only the ranking level is ranked: "
        "a best of several levels would favour the luckiest." + left_out,
        says=lines.in_words(found, places, rate),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, found, of, rate),
    )


def _draw(figure: Figure, found: Sequence[lines.Line], of: str, rate: str) -> None:
    axes = lines.plot(figure, found)
    x = sorted({x for line in found for x, _ in line.points})
    axis.logarithmic(axes, [y for line in found for _, y in line.points])
    axes.set_xscale("log")
    axes.set_xlim(x[0] / 1.1, x[-1] * 1.1)
    axis.below(axes, x, [plain(value) for value in x], f"{of}, logarithmic")
    axis.above(axes, f"{rate}, logarithmic")
    lines.name_ends(figure, axes, found)
