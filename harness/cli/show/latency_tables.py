"""Response times at a fixed rate, and rates under a limit, on the terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from harness.analysis.latency.percentiles import MIN_BEYOND
from harness.cli.show.tables import NOTHING, called, left_out, table, who
from harness.model.measured.latency import CapacityRow, LatencyRow

SHOWN: Final = (0.5, 0.9, 0.99, 0.999)
MOST_NAMED: Final = 6
"""Configurations that are named beside a reason which they share."""


def latency_table(
    scenario: str, rows: Sequence[LatencyRow], most: int | None = None, more: Mapping[str, str] = NOTHING
) -> Group:
    """Response times of one scenario in plan order: each cell has a rate of its own, so there is no best one.

    At most `most` rows, and how many more there are. `more`: in what else than application and server cells differ.
    """
    measured = [row for row in rows if not row.reason]
    heads, names = who(measured[:most], more)
    at = f" at {_load(rows[0])}" if rows else ""
    figures = ("rate/s", *(f"p{100 * share:g}" for share in SHOWN), "max")
    shown = [(*name, *_latency(row)) for row, name in zip(measured, names, strict=False)]
    made = _table(heads, figures, shown, title=f"{scenario}: response times in ms{at}")
    notes = [Text(note, style="dim") for note in _notes(measured[:most], more)]
    return Group(made, *left_out(len(measured), most), *notes, *_without(rows, most, more))


def _latency(row: LatencyRow) -> tuple[str, ...]:
    times = {percentile.share: percentile.seconds for percentile in row.percentiles}
    shown = [_milliseconds(times.get(share)) for share in SHOWN]
    return (_rate(row.offered_rate), *shown, _milliseconds(row.max_s))


def _notes(rows: Sequence[LatencyRow], more: Mapping[str, str]) -> Iterator[str]:
    """What cannot stand in the table: windows in doubt or discarded, errors, and why a percentile is missing."""
    shown = [(row, percentile) for row in rows for percentile in row.percentiles if percentile.share in SHOWN]
    if any(percentile.takes for _, percentile in shown):
        yield f"n/a: fewer than {MIN_BEYOND} requests lie beyond it; it takes more blocks or a longer --window"
    for row, percentile in shown:
        if percentile.seconds is None and not percentile.takes:
            yield f"{called(row, more)}: no p{100 * percentile.share:g}: {percentile.reason}"
    for row in rows:
        if row.discarded:
            yield f"{called(row, more)}: {row.discarded} of {row.windows + row.discarded} windows discarded"
        if row.error_share:
            yield f"{called(row, more)}: {row.error_share:.2%} of requests failed"
        for mark, count in row.marks.items():
            yield f"{called(row, more)}: {mark} in {count} of {row.windows} windows"


def capacity_table(
    scenario: str, rows: Sequence[CapacityRow], most: int | None = None, more: Mapping[str, str] = NOTHING
) -> Group:
    """The highest rate of each cell under the limit, with the range that the searches of all blocks leave open.

    At most `most` rows, and how many more there are. `more`: in what else than application and server cells differ.
    """
    measured = [row for row in rows if not row.reason]
    heads, names = who(measured[:most], more)
    limit = f" with p99 within {rows[0].criterion.p99_s * 1000:g} ms" if rows else ""
    figures = ("requests/s", "between", "blocks", "probes")
    cells = [
        (*name, _rate(row.rate), _between(row), str(len(row.blocks)), str(row.probes))
        for row, name in zip(measured, names, strict=False)
    ]
    made = _table(heads, figures, cells, title=f"{scenario}: highest rate{limit}")
    return Group(made, *left_out(len(measured), most), *_without(rows, most, more))


def _table(
    heads: Sequence[str], figures: Sequence[str], rows: Sequence[Sequence[str]], *, title: str
) -> RenderableType:
    """Its title alone where there is no row."""
    columns = (*heads, *figures)
    return table(columns, rows, title=title, right=range(len(heads), len(columns))) if rows else Text(title)


def _between(row: CapacityRow) -> str:
    return f"{_rate(row.low)} or more" if row.high is None else f"{_rate(row.low)}–{_rate(row.high)}"


def _without(
    rows: Sequence[LatencyRow] | Sequence[CapacityRow], most: int | None, more: Mapping[str, str]
) -> list[Text]:
    """Each reason once, with the configurations it holds for."""
    by_reason: dict[str, list[str]] = {}
    for row in rows:
        if row.reason:
            by_reason.setdefault(row.reason, []).append(called(row, more))
    found = [Text(f"n/a  {_listed(names)}: {reason}") for reason, names in by_reason.items()]
    return [*found[:most], *left_out(len(found), most)]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def _rate(value: float | None) -> str:
    return "n/a" if value is None else f"{value:,.0f}"


def _milliseconds(seconds: float | None) -> str:
    """Three significant figures where there are that many: 0.84, 12.3, 250."""
    if seconds is None:
        return "n/a"
    value = seconds * 1000
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def _load(row: LatencyRow) -> str:
    return f"{row.share:.0%} of capacity" if row.rate is None else f"{row.rate:,.0f} requests/s"
