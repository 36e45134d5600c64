"""Percentile curves of the response time, on a scale where each step is ten times rarer (Tene, HdrHistogram)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from matplotlib.figure import Figure

from harness.analysis.latency.percentiles import MIN_BEYOND
from harness.report.charts.drawing import axis, lines
from harness.report.charts.drawing.figure import Chart, chart

SHOWN: Final[Mapping[float, str]] = {0.5: "50 %", 0.9: "90 %", 0.99: "99 %", 0.999: "99.9 %"}
_SHOWN_WHERE: Final = f"A percentile is shown where at least {MIN_BEYOND} requests lie beyond it."


def under_full_load(scenario: str, title: str, found: Sequence[lines.Line], load: str) -> Chart | None:
    """The closed model. Points are (share, milliseconds); None where no cell has two percentiles to show."""
    return _percentiles(
        f"percentiles-{scenario}",
        f"{title}: response time under full load",
        f"At {load}, everybody asking as fast as they can: mostly the time spent waiting for one's turn. It follows "
        f"from throughput and is not ranked. {_SHOWN_WHERE}",
        found,
    )


def at_a_fixed_rate(scenario: str, title: str, found: Sequence[lines.Line], share: str) -> Chart | None:
    """The open model. Points are (share, milliseconds); None where no cell has two percentiles to show."""
    return _percentiles(
        f"latency-{scenario}",
        f"{title}: response time at a fixed rate",
        f"At {share} of what each configuration can do, every request timed from the moment it was due, so that a "
        f"server that stands still is charged for those who wait. {_SHOWN_WHERE}",
        found,
    )


def _percentiles(id_: str, title: str, caption: str, found: Sequence[lines.Line]) -> Chart | None:
    turned = [
        replace(line, points=tuple((1 / (1 - share), time) for share, time in line.points))
        for line in found
        if len(line.points) > 1
    ]
    if not turned:
        return None
    drawn, left_out = lines.drawable(turned)
    return chart(
        id_,
        title=title,
        caption=caption + left_out,
        says=lines.in_words(
            drawn,
            {1 / (1 - share): f"{100 * share:.4g} %" for line in found for share, _ in line.points},
            "milliseconds",
        ),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, drawn),
    )


def _draw(figure: Figure, turned: Sequence[lines.Line]) -> None:
    axes = lines.plot(figure, turned)
    axis.logarithmic(axes, [y for line in turned for _, y in line.points])
    axes.set_xscale("log")
    last = max(x for line in turned for x, _ in line.points)
    ticks = {1 / (1 - share): name for share, name in SHOWN.items() if 1 / (1 - share) <= last * 1.001}
    axes.set_xlim(1.8, last * 1.15)
    axis.below(axes, list(ticks), list(ticks.values()), "share of the answers")
    axis.above(axes, "milliseconds, logarithmic")
    lines.name_ends(figure, axes, turned)
