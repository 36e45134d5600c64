"""CPU time per request of the server, of the framework with the application, and of the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from harness.report.charts.drawing import stacked
from harness.report.charts.drawing.figure import MOST_BARS, PARTS, Chart, chart
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import rounded
from harness.report.charts.drawing.stacked import Key

KEYS: Final = (Key("server", PARTS[1]), Key("framework, application", PARTS[3]), Key("database", PARTS[5]))


@dataclass(frozen=True, slots=True)
class Cpu:
    """Microseconds of CPU per request: of the bare callable on the same server, above it, and of the database."""

    label: str
    server_us: float
    above_us: float
    database_us: float
    app: str = ""
    cell: str = ""

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
        title=f"{title}: CPU time per request, by part",
        caption="Microseconds of CPU for one request. Server: what the bare callable takes on it, its own queries "
        "included. Framework, application: what comes on top. Database: its processes, while this "
        "configuration alone used it." + left_out,
        says="; ".join(_says(row) for row in rows) + ".",
        height=stacked.height(len(rows), len(KEYS)),
        draw=lambda figure: _draw(figure, rows),
    )


def _says(row: Cpu) -> str:
    return (
        f"{row.label}: {rounded(row.server_us)} microseconds of the server, {rounded(row.above_us)} of framework and "
        f"application, {rounded(row.database_us)} of the database"
    )


def _draw(figure: Figure, rows: Sequence[Cpu]) -> None:
    parts = [(row.label, row.cell, (row.server_us, max(0.0, row.above_us), row.database_us)) for row in rows]
    stacked.draw(figure, KEYS, parts, "microseconds of CPU per request")
