"""Where the CPU time of a request goes, as profiles say it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure

from harness.report.charts.drawing import stacked
from harness.report.charts.drawing.figure import MOST_BARS, PARTS, Chart, chart
from harness.report.charts.drawing.legible import legible
from harness.report.charts.drawing.scale import rounded
from harness.report.charts.drawing.stacked import Key

SERVER: Final = "server, kernel"
FRAMEWORK: Final = "framework, validation"
SERIALISER: Final = "serialiser, templates"
DATA: Final = "driver, ORM"
REST: Final = "library, application"
DATABASE: Final = "database"
KEYS: Final = tuple(
    Key(name, colour) for name, colour in zip((SERVER, FRAMEWORK, SERIALISER, DATA, REST, DATABASE), PARTS, strict=True)
)


@dataclass(frozen=True, slots=True)
class Split:
    """Microseconds of CPU per request of a configuration, by the name of a key."""

    label: str
    parts: Mapping[str, float]
    app: str = ""
    cell: str = ""

    @property
    def whole_us(self) -> float:
        return sum(self.parts.values())


def split(scenario: str, title: str, rows: Sequence[Split]) -> Chart | None:
    """Stacked bars, cheapest first; None where nothing was profiled. The key leaves out parts that no row has."""
    if not any(row.whole_us > 0 for row in rows):
        return None
    rows, left_out = legible(
        sorted(rows, key=lambda row: row.whole_us), MOST_BARS, lambda row: row.whole_us, "the cheapest"
    )
    keys = [key for key in KEYS if any(row.parts.get(key.name, 0.0) > 0 for row in rows)]
    return chart(
        f"split-{scenario}",
        title=f"{title}: where the CPU time of a request goes",
        caption="Microseconds of CPU for one request, shared out by profiles. The table of layers has their intervals."
        + left_out,
        says="; ".join(_says(row, keys) for row in rows) + ".",
        height=stacked.height(len(rows), len(keys)),
        draw=lambda figure: _draw(figure, keys, rows),
    )


def _says(row: Split, keys: Sequence[Key]) -> str:
    parts = ", ".join(f"{rounded(row.parts.get(key.name, 0.0))} {key.name}" for key in keys)
    return f"{row.label}: {rounded(row.whole_us)} microseconds, of which {parts}"


def _draw(figure: Figure, keys: Sequence[Key], rows: Sequence[Split]) -> None:
    parts = [(row.label, row.cell, [max(0.0, row.parts.get(key.name, 0.0)) for key in keys]) for row in rows]
    stacked.draw(figure, keys, parts, "microseconds of CPU per request")
