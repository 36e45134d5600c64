"""Throughput against memory: what speed is bought with."""

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from harness.report.charts.drawing import lines
from harness.report.charts.drawing.figure import MUTED, Chart, chart
from harness.report.charts.drawing.scale import logarithmic, plain


def memory(scenario: str, title: str, found: Sequence[lines.Line]) -> Chart | None:
    """Each line is one point (MiB under load, requests per second). None with fewer than two."""
    if len(found) < 2:
        return None
    found, left_out = lines.drawable(found)
    return chart(
        f"memory-{scenario}",
        title=f"{title}: requests per second against memory",
        caption="Proportional memory of the server's whole process tree right after load, median over blocks. Up and "
        "to the left is better." + left_out,
        says=lines.in_words(
            found, {x: f"{x:.4g} MiB" for line in found for x, _ in line.points}, "requests per second"
        ),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, found),
    )


def _draw(figure: Figure, found: Sequence[lines.Line]) -> None:
    axes = lines.plot(figure, found)
    logarithmic(axes, "y", [y for line in found for _, y in line.points])
    axes.set_xlim(0, 1.08 * max(x for line in found for x, _ in line.points))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(lambda value, _: plain(value))
    axes.set_xlabel("MiB under load", color=MUTED)
    lines.name_ends(axes, found)
