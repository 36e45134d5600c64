"""Throughput against memory: what speed is bought with."""

from collections.abc import Sequence

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis, lines
from harness.report.charts.drawing.figure import Chart, chart
from harness.report.charts.drawing.scale import plain


def memory(scenario: str, title: str, found: Sequence[lines.Line], rate: str) -> Chart | None:
    """Each line is one point (MiB under load, `rate`: requests per second, say). None with fewer than two."""
    if len(found) < 2:
        return None
    found, left_out = lines.drawable(found)
    return chart(
        f"memory-{scenario}",
        title=f"{title}: {rate} against memory",
        caption="Proportional memory of the server's whole process tree right after load, median over blocks. Up and "
        "to the left is better." + left_out,
        says=lines.in_words(found, {x: f"{x:.4g} MiB" for line in found for x, _ in line.points}, rate),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, found, rate),
    )


def _draw(figure: Figure, found: Sequence[lines.Line], rate: str) -> None:
    axes = lines.plot(figure, found)
    axis.logarithmic(axes, [y for line in found for _, y in line.points])
    axes.set_xlim(0, 1.08 * max(x for line in found for x, _ in line.points))
    places = axis.round_places(axes, 4)
    axis.below(axes, places, [plain(value) for value in places], "MiB under load")
    axis.above(axes, f"{rate}, logarithmic")
    lines.name_ends(figure, axes, found)
