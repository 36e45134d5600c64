"""One line per cell, named where it ends: no legend to look up."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import IdentityTransform

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import DASHES, FLOOR, MUTED, PAPER, colour_of, in_lines, label, of_cell
from harness.report.charts.drawing.legible import legible
from harness.stats.arrays import Floats

HEIGHT = 300
_GAP = 15
"""Pixels between two names."""
_LETTERS: Final = 27
"""Of a name, on one line."""
MOST: Final = 16
"""Names that fit beside each other."""


@dataclass(frozen=True, slots=True)
class Line:
    """A cell's points, in the order of `x`. `floor`: a bare callable, drawn apart. `series`: the number of its
    application's colour. `app` and `rps` say which lines to draw where there are too many."""

    label: str
    points: tuple[tuple[float, float], ...]
    floor: bool
    app: str = ""
    rps: float = 0.0
    series: int = 1
    cell: str = ""


def drawable(found: Sequence[Line]) -> tuple[Sequence[Line], str]:
    """As many lines as can be distinguished, and a sentence on those left out."""
    return legible(found, MOST, lambda line: -line.rps, "the fastest")


def plot(figure: Figure, lines: Sequence[Line]) -> Axes:
    """The lines on an empty axes with room for their names on the right; scales and names are left to do."""
    axes = axis.blank(figure, 0.105, 0.15, 0.475, 0.73)
    for line, (colour, dash) in zip(lines, styles(lines), strict=True):
        x, y = zip(*line.points, strict=True)
        drawn = axes.plot(
            x, y, color=colour, linestyle=dash, linewidth=1.8, marker="o", markersize=4.5, markeredgecolor=PAPER
        )
        of_cell(line.cell, *drawn)
    return axes


def name_ends(figure: Figure, axes: Axes, lines: Sequence[Line]) -> None:
    """Write each name beside its line's last point, moved apart where they would touch, on two lines where it is long
    and there is room. Scales must be set."""
    ends = [tuple(map(float, axes.transData.transform(line.points[-1]))) for line in lines]
    box, pixels = axes.get_window_extent(), IdentityTransform()
    names = [in_lines(line.label, _LETTERS) for line in lines]
    gap = _GAP if max(map(len, names), default=1) == 1 else _GAP + axis.LINE
    if gap * len(lines) > box.height:
        names, gap = [[label(line.label, _LETTERS)] for line in lines], _GAP
    left, places = box.x0 + 1.05 * box.width, apart([y for _, y in ends], gap, box.y0, box.y1)
    for line, name, (colour, _), place, end in zip(lines, names, styles(lines), places, ends, strict=True):
        ink = MUTED if line.floor else colour
        for index, text in enumerate(name):
            up = ((len(name) - 1) / 2 - index) * axis.LINE
            of_cell(
                line.cell, figure.text(left, place + up, text, transform=pixels, color=ink, fontsize=12, va="center")
            )
        leader = Line2D(*_leader((left, place), end), color=colour, linewidth=0.6, alpha=0.6, transform=pixels)
        of_cell(line.cell, figure.add_artist(leader))


def _leader(name: Sequence[float], end: Sequence[float]) -> Iterator[list[float]]:
    """The x and the y of a line from a name to the end of its line. The leader touches neither."""
    length = math.dist(name, end)
    for one, other in zip(name, end, strict=True):
        yield [one + share * (other - one) for share in (3 / length, 1 - 4 / length)]


def styles(lines: Sequence[Line]) -> list[tuple[str, str | tuple[float, tuple[float, ...]]]]:
    """(colour, dash) of each line: the application's colour, and another dash where a line has that colour already."""
    found: list[tuple[str, str | tuple[float, tuple[float, ...]]]] = []
    met: Counter[str] = Counter()
    for line in lines:
        colour = FLOOR if line.floor else colour_of(line.series)
        found.append((colour, DASHES[met[colour] % len(DASHES)]))
        met[colour] += 1
    return found


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near as can be to those `wanted` (least squares), in the same order, at least `gap` apart.

    They lie between `low` and `high` where they fit at all. With the gaps taken out this is isotonic regression.
    """
    if not wanted:
        return []
    order = np.argsort(wanted, kind="stable")
    gaps = gap * np.arange(len(wanted))
    closed = _never_falling(np.asarray(wanted, dtype=float)[order] - gaps)
    found = np.empty(len(wanted))
    found[order] = np.clip(closed, low, max(low, high - gaps[-1])) + gaps
    return [float(value) for value in found]


def _never_falling(values: Floats) -> Floats:
    """The nearest such series (isotonic regression): neighbours that fall are pooled at their mean (Ayer
    et al. 1955, Ann. Math. Stat. 26:641-647). `scipy.optimize` has it too, and takes longer to load than the chart."""
    pools: list[tuple[float, int]] = []
    for value in values.tolist():
        pool = (value, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, size = pools.pop()
            both = size + pool[1]
            pool = ((mean * size + pool[0] * pool[1]) / both, both)
        pools.append(pool)
    return np.repeat([mean for mean, _ in pools], [size for _, size in pools])


def in_words(lines: Sequence[Line], at: Mapping[float, str], unit: str) -> str:
    """The lines as sentences; `at` names the places on the x axis."""
    return " ".join(
        f"{line.label}: " + ", ".join(f"{y:.4g} {unit} at {at.get(x, f'{x:g}')}" for x, y in line.points) + "."
        for line in lines
    )
