"""Whose CPU time a request takes: the server's, the framework's with the application, the database's."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from harness.report.charts.drawing import axis
from harness.report.charts.drawing.figure import INK, MOST_BARS, PARTS, Chart, chart
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import plain, rounded

_ROW = 30
_MARGIN = 78
_TOP = 26
_PARTS = (("server", PARTS[1]), ("framework, application", PARTS[3]), ("database", PARTS[5]))


@dataclass(frozen=True, slots=True)
class Cpu:
    """Microseconds of CPU per request: of the bare callable on the same server, above it, and of the database."""

    label: str
    server_us: float
    above_us: float
    database_us: float
    app: str = ""

    @property
    def whole_us(self) -> float:
        return self.server_us + max(0.0, self.above_us) + self.database_us


def cpu(scenario: str, title: str, rows: Sequence[Cpu]) -> Chart | None:
    """Stacked bars, cheapest first; None where nothing is known of the database or of a bare callable."""
    if not rows:
        return None
    rows, left_out = legible(
        sorted(rows, key=lambda row: row.whole_us), MOST_BARS, lambda row: row.whole_us, "the cheapest"
    )
    return chart(
        f"cpu-{scenario}",
        title=f"{title}: whose CPU time a request takes",
        caption="Microseconds of CPU for one request. Server: what the bare callable takes on it, its own queries "
        "included. Framework, application: what comes on top. Database: its processes, while this "
        "configuration alone used it." + left_out,
        says="; ".join(_says(row) for row in rows) + ".",
        height=_ROW * len(rows) + _MARGIN,
        draw=lambda figure: _draw(figure, rows),
    )


def _says(row: Cpu) -> str:
    return (
        f"{row.label}: {rounded(row.server_us)} microseconds of the server, {rounded(row.above_us)} of framework and "
        f"application, {rounded(row.database_us)} of the database"
    )


def _draw(figure: Figure, rows: Sequence[Cpu]) -> None:
    height = _ROW * len(rows) + _MARGIN
    axes = axis.blank(figure, 0.42, 42 / height, 0.555, 1 - (46 + _TOP) / height)
    longest = max(row.whole_us for row in rows)
    starts = [0.0] * len(rows)
    parts = zip(*((row.server_us, max(0.0, row.above_us), row.database_us) for row in rows), strict=True)
    for widths, (_, colour) in zip(parts, _PARTS, strict=True):
        axes.barh(range(len(rows)), widths, left=starts, height=0.5, color=colour)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    for place, row in enumerate(rows):
        axes.text(row.whole_us + 0.02 * longest, place, rounded(row.whole_us), va="center", fontsize=11.5)
    _name_parts(figure, height)
    axis.rows(axes, [row.label for row in rows])
    axes.set_xlim(0, 1.2 * longest)
    places = axis.round_places(axes, 5)
    axis.grid(axes, "x", places)
    axis.below(axes, places, [plain(value) for value in places], "microseconds of CPU per request")


def _name_parts(figure: Figure, height: int) -> None:
    """A key above the bars: a square and a word each."""
    for x, (name, colour) in zip((0.30, 0.44, 0.82), _PARTS, strict=True):
        figure.text(x, 1 - 12 / height, "\u25a0", color=colour, fontsize=13, va="center")
        figure.text(x + 0.033, 1 - 12 / height, name, color=INK, fontsize=11.5, va="center")
