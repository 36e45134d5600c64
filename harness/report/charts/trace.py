"""What the machine did: its speed during every rotation, seen through all cells at once."""

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import median

from matplotlib.figure import Figure

from harness.model.measured.trial import Trial
from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import INK, MUTED, Chart, chart
from harness.report.text import count

_HEIGHT = 190
_MAX_POINTS = 600


def trace(scenario: str, title: str, trials: Sequence[Trial]) -> Chart | None:
    """The median over cells of each slice's rate relative to its cell's own median; None without two rotations."""
    blocks = machine_speed(trials)
    speeds = [speed for _, found in blocks for speed in found]
    if len(speeds) < 2:
        return None
    says = (
        f"Over {count(len(speeds), 'rotation')} in {count(len(blocks), 'block')} the machine's speed lay between "
        f"{100 * min(speeds):.0f} and {100 * max(speeds):.0f} percent of its median."
    )
    return chart(
        f"trace-{scenario}",
        title=f"{title}: speed of the machine, rotation by rotation",
        caption=says
        + " All configurations of a block take part in its rotations: a slow moment is one for all of them.",
        says=says,
        height=_HEIGHT,
        draw=lambda figure: _draw(figure, blocks),
    )


def machine_speed(trials: Sequence[Trial]) -> list[tuple[int, list[float]]]:
    """Blocks in order, each with the speed of its rotations in order; 1.0 is the machine's usual speed."""
    usual = {cell: median(rates) for cell, rates in _rates(trials).items() if rates}
    seen: dict[int, dict[int, list[float]]] = {}
    for trial in trials:
        for rotation, rate in zip(trial.rotations, trial.rates, strict=False):
            if usual.get(trial.cell, 0) > 0 and math.isfinite(rate):
                seen.setdefault(trial.block, {}).setdefault(rotation, []).append(rate / usual[trial.cell])
    return [(block, [median(seen[block][rotation]) for rotation in sorted(seen[block])]) for block in sorted(seen)]


def _rates(trials: Sequence[Trial]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for trial in trials:
        found.setdefault(trial.cell, []).extend(rate for rate in trial.rates if math.isfinite(rate))
    return found


def _draw(figure: Figure, blocks: Sequence[tuple[int, list[float]]]) -> None:
    axes = axis.blank(figure, 0.1, 0.14, 0.88, 0.64)
    starts = list(accumulate((len(speeds) for _, speeds in blocks), initial=0))
    step = max(1, math.ceil(starts[-1] / _MAX_POINTS))
    for start, (_, speeds) in zip(starts, blocks, strict=False):
        places = range(start, start + len(speeds), step)
        axes.plot(places, [100 * speed for speed in speeds[::step]], color=INK, linewidth=1.3)
    axis.grid(axes, "x", [start - 0.5 for start in starts[1:-1]], width=1)
    axis.grid(axes, "y", [100], width=1)
    if len(blocks) <= 14:
        for start, (block, speeds) in zip(starts, blocks, strict=False):
            middle = start + len(speeds) / 2
            axes.text(
                middle, 1.02, f"{block}", transform=axes.get_xaxis_transform(), ha="center", color=MUTED, fontsize=11
            )
    top = max(110.0, 105 * max(speed for _, found in blocks for speed in found))
    axes.set_xlim(-0.5, starts[-1] - 0.5)
    axes.set_ylim(0, top)
    percents = range(0, math.floor(top) + 1, 25 if top < 160 else 50)
    axis.grid(axes, "y", percents)
    axis.beside(axes, percents, [f"{percent}" for percent in percents])
    axis.below(axes, (), (), "rotations")
    axis.above(axes, "percent of its median speed, block by block")
