"""Throughput over the values of a setting, with intervals; configurations without the setting are level lines."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis, lines
from harness.report.charts.drawing.figure import Chart, chart, of_cell
from harness.report.charts.drawing.scale import plain

Interval = tuple[float, float, float]
"""A place on the x axis, and the bounds there."""


@dataclass(frozen=True, slots=True)
class Over:
    """A line, and the intervals of its points as far as they are known. That of a configuration without the setting has
    one point, wherever that lies."""

    line: lines.Line
    intervals: tuple[Interval, ...] = ()


def over_setting(
    id_: str, title: str, found: Sequence[Over], beside: Sequence[Over], *, of: str, rate: str
) -> Chart | None:
    """`found`: the curves; `beside`: what has no such setting; `of`: what the x axis counts; `rate`: what the y axis
    does (requests per second). None without a curve."""
    if not found:
        return None
    places = sorted({x for one in found for x, _ in one.line.points})
    level = [_level(one, places[0], places[-1]) for one in beside]
    kept, left_out = lines.drawable([one.line for one in (*found, *level)])
    drawn = [one for one in (*found, *level) if one.line in kept]
    return chart(
        id_,
        title=f"{title}: {rate} over the {of}",
        caption="At the ranking level. The bars are intervals; where two overlap, the verdicts below say more. A level "
        "line is a configuration without this setting." + left_out,
        says=lines.in_words(kept, {x: f"{plain(x)} ({of})" for x in places}, rate),
        height=lines.HEIGHT,
        draw=lambda figure: _draw(figure, drawn, places, of, rate),
    )


def _level(one: Over, low: float, high: float) -> Over:
    """From the first value of the setting to the last one; its interval stands at the last."""
    (_, rate), *_ = one.line.points
    intervals = tuple((high, least, most) for _, least, most in one.intervals)
    return Over(replace(one.line, points=((low, rate), (high, rate))), intervals)


def _draw(figure: Figure, found: Sequence[Over], places: Sequence[float], of: str, rate: str) -> None:
    drawn = [one.line for one in found]
    axes = lines.plot(figure, drawn)
    for one, (colour, _) in zip(found, lines.styles(drawn), strict=True):
        for x, low, high in one.intervals:
            of_cell(one.line.cell, *axes.plot((x, x), (low, high), color=colour, linewidth=3, alpha=0.45))
    bounds = [bound for one in found for _, low, high in one.intervals for bound in (low, high)]
    axis.logarithmic(axes, [*(y for line in drawn for _, y in line.points), *bounds])
    axes.set_xscale("log")
    axes.set_xlim(places[0] / 1.1, places[-1] * 1.1)
    axis.below(axes, places, [plain(value) for value in places], f"{of}, logarithmic")
    axis.above(axes, f"{rate}, logarithmic")
    lines.name_ends(figure, axes, drawn)
