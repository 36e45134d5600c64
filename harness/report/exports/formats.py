"""The figures of ranking.json as a table for spreadsheets and as one for a README."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.model.foreign import clean
from harness.model.found.ranking import RankedCell
from harness.model.found.slopes import SlopeCell, SlopeRanking
from harness.model.measured.latency import CapacityRow, LatencyRow
from harness.report.charts.drawing.scale import rounded
from harness.report.document import RankingDocument
from harness.report.text import a_second, number, percent, place, shorten, slope_in_words, times, times_between

COLUMNS: Final = (
    *(
        "scenario",
        "connections",
        "n",
        "league",
        "rank_low",
        "rank_high",
        "tie_groups",
        "title",
        "cell",
        "app",
        "server",
    ),
    *(
        "tier",
        "unit",
        "rps",
        "rps_low",
        "rps_high",
        "ratio",
        "ratio_low",
        "ratio_high",
        "blocks",
        "slices",
        "completions",
    ),
    *("error_share", "cpu_us_a_request", "service_cpu_us_a_request", "load_pss_bytes", "rest_pss_bytes", "startup_s"),
    *("first_event_p50_s", "first_event_p99_s", "held_connections", "bytes_a_connection"),
    *("voluntary_switches_a_request", "involuntary_switches_a_request", "rest_switches_s", "rest_cpu_share"),
    *("limit", "offered_rate", "p50_s", "p90_s", "p95_s", "p99_s", "p99.9_s", "capacity_rps", "capacity_low"),
    *("capacity_high", "estimate", "reason"),
    *("slope_us", "slope_low_us", "slope_high_us", "slope_cpu_us"),
    *("framework", "orm", "driver", "templates", "serializer"),
)
"""Of the CSV, one row per cell and scenario; what was not measured is empty."""
_RANKED: Final = frozenset(COLUMNS) & frozenset(RankedCell.model_fields)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(document: RankingDocument) -> str:
    """RFC 4180 with a head. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP,
    CSV injection); numbers are written in full, as in ranking.json."""
    written = io.StringIO()
    table = csv.DictWriter(written, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    for row in _rows(document):
        table.writerow({name: _harmless(value) for name, value in row.items()})
    return written.getvalue()


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    text = clean(value)
    return f"'{text}" if value.lstrip(" ").startswith(_FORMULA) else text


def _rows(document: RankingDocument) -> Iterator[dict[str, Any]]:
    for scenario, rows in document.scenarios.items():
        inference = document.inference[scenario]
        common = {
            "scenario": scenario,
            **inference.level.model_dump(),
            "unit": inference.unit,
            "estimate": inference.estimate,
        }
        for row in rows:
            known = row.model_dump(include=set(_RANKED)) | {"tie_groups": " ".join(row.tie_groups)}
            yield {**common, **_named(document, row.cell), **known, **_beside(document, scenario, row.cell)}
        for cell in document.unranked[scenario]:
            yield {**common, **_named(document, cell.cell), **cell.model_dump()}


def _named(document: RankingDocument, cell: str) -> dict[str, Any]:
    """The title of a cell, and what its application is built from."""
    uses = document.uses.get(document.cells[cell].app) if cell in document.cells else None
    return {"title": document.titles.get(cell), **(uses.model_dump() if uses else {})}


def _beside(document: RankingDocument, scenario: str, cell: str) -> dict[str, Any]:
    """Costs, what limited the cell, and its response times, as far as they are known."""
    costs = document.costs.get(scenario, {}).get(cell)
    limited = document.limits.get(scenario, {}).get(cell)
    latency = next((row for row in document.latency.get(scenario, ()) if row.cell == cell), None)
    capacity = next((row for row in document.capacity.get(scenario, ()) if row.cell == cell), None)
    slopes = document.slopes.get(scenario)
    slope = next((row for row in slopes.rows if row.cell == cell), None) if slopes else None
    return {
        **(costs.model_dump() if costs else {}),
        "limit": limited.limit if limited else None,
        **(_slope(slope) if slope else {}),
        **(_times(latency) if latency else {}),
        **(_capacity(capacity) if capacity else {}),
    }


def _slope(row: SlopeCell) -> Mapping[str, float | None]:
    return {
        "slope_us": row.microseconds,
        "slope_low_us": row.low,
        "slope_high_us": row.high,
        "slope_cpu_us": row.cpu_us,
    }


def _times(row: LatencyRow) -> Mapping[str, float | None]:
    return {"offered_rate": row.offered_rate, **{f"p{100 * p.share:g}_s": p.seconds for p in row.percentiles}}


def _capacity(row: CapacityRow) -> Mapping[str, float | None]:
    return {"capacity_rps": row.rate, "capacity_low": row.low, "capacity_high": row.high}


def as_markdown(document: RankingDocument) -> str:
    """A table a scenario and league, best first, as GitHub shows them."""
    return "\n".join(line for scenario in document.scenarios for line in _section(document, scenario))


def _section(document: RankingDocument, scenario: str) -> Iterator[str]:
    inference, rows = document.inference[scenario], document.scenarios[scenario]
    yield f"### {_plain(scenario)} at {inference.level.label}{' (estimate)' if inference.estimate else ''}"
    yield ""
    for league in dict.fromkeys(row.league for row in rows):
        ranked = [row for row in rows if row.league == league]
        if len({row.league for row in rows}) > 1:
            yield from (f"*{league}*", "")
        against = _plain(document.titles.get(document.reference, ""))
        figure = a_second(inference.unit) if inference.rate is None else f"p99 at {inference.rate:,.0f} requests/s"
        slopes = document.slopes.get(scenario)
        yield f"| rank | application |{f' us per {slopes.per} |' if slopes else ''} {figure} | against {against} |"
        yield f"|---|---|{'---:|' if slopes else ''}---:|---:|"
        yield from (_line(document, row, slopes) for row in ranked)
        yield ""
    for curve in document.curves:
        if curve.scenario == scenario:
            yield f"- {_plain(curve.title)}: {_plain(' '.join(curve.says))}"
            yield ""
    for cell in document.unranked[scenario]:
        name = document.titles.get(cell.cell, cell.cell)
        yield from (f"- n/a: {_plain(name)}: {_plain(cell.reason)}", "")
    if inference.noise_floor and inference.noise_floor.share is not None:
        yield from (f"Noise floor {percent(inference.noise_floor.share)}, {inference.blocks} blocks.", "")


def _line(document: RankingDocument, row: RankedCell, slopes: SlopeRanking | None) -> str:
    bounded = row.rps_low is not None and row.rps_high is not None
    bounds = f" ({number(row.rps_low or 0)}–{number(row.rps_high or 0)})" if bounded else ""
    name = _plain(document.titles.get(row.cell, row.cell))
    figure = f"{number(row.rps)}{bounds}" if row.p99_s is None else f"{number(1000 * row.p99_s)} ms"
    slope = f" {_of_slope(row.cell, slopes)} |" if slopes else ""
    return f"| {place(row.rank_low, row.rank_high)} | {name} |{slope} {figure} | {_ratio(document, row)} |"


def _of_slope(cell: str, slopes: SlopeRanking) -> str:
    row = next((row for row in slopes.rows if row.cell == cell), None)
    if row is None:
        return "n/a"
    text = slope_in_words(row.microseconds, row.high, distinguished=row.distinguished)
    return text if row.low is None or row.high is None else f"{text} ({rounded(row.low)} to {rounded(row.high)})"


def _ratio(document: RankingDocument, row: RankedCell) -> str:
    if row.ratio is None:
        return "n/a"
    if row.cell == document.reference or row.ratio_low is None or row.ratio_high is None:
        return times(row.ratio)
    return f"{times(row.ratio)} ({times_between(row.ratio_low, row.ratio_high)})"


def _plain(text: str) -> str:
    """One line in which nothing is Markdown or HTML."""
    line = shorten(clean(text), 300)
    return "".join(f"\\{character}" if character in "\\`*_{}[]<>#|~&!" else character for character in line)
