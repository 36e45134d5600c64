"""What the page's script reads: what cells are, all pairs, and what it can show instead of requests per second."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from harness.model.found.ranking import OverallCell, PairVerdict, RankedCell
from harness.report.digits import significant
from harness.report.text import Figure
from harness.report.view.opening.answer import NO_CONTENDERS
from harness.report.view.page import Page
from harness.report.view.source import Source
from harness.report.view.tables.latency import P99
from harness.report.view.tables.table import LEAGUES

_DIGITS = 7
"""A ratio is made from two of these, and shown with at most four."""
_OF_CELL: Final = ("id", "label", "server", "suffix", "interface", "language", "tier", "league")

Pairs = Mapping[tuple[str, str], PairVerdict]
Amount = tuple[float, str, str]
"""A value, how it is written, and what stands beside it."""


def script_data(source: Source, page: Page) -> dict[str, Any]:
    """Plain values. `pairs` by scenario, `cpu` likewise of requests per CPU second, `overall` of scores: `_triangle`.
    `amounts`, by scenario and metric: of a cell's place in `cells` an Amount; of `cost` the value is CPU microseconds.
    `block_s`: what a block took.
    """
    place = {name.id: index for index, name in enumerate(source.contestants)}
    ranking, record = source.ranking, source.record
    blocks = len(record.completed_blocks)
    return {
        "reference": ranking.reference,
        "cells": [
            {"app": name.title, "contends": name.tier not in NO_CONTENDERS}
            | {key: getattr(name, key) for key in _OF_CELL}
            for name in source.contestants
        ],
        "leagues": list(LEAGUES),
        "pairs": {
            scenario: _triangle(_cells(found.rows), found.pairs, place) for scenario, found in ranking.scenarios.items()
        },
        "cpu": {
            scenario: _triangle([row.cell for row in found.cpu.rows], found.cpu.pairs, place)
            for scenario, found in ranking.scenarios.items()
            if found.cpu
        },
        "overall": _triangle(_cells(ranking.overall.rows), ranking.overall.pairs, place) if ranking.overall else None,
        "amounts": _amounts(page, place),
        "block_s": round(sum(record.phases_s.values()) / blocks) if blocks else None,
        "resume": f"harness run --resume results/{record.id}",
    }


def _cells(rows: Sequence[RankedCell | OverallCell]) -> list[str]:
    return [row.cell for row in rows]


def _triangle(cells: Sequence[str], pairs: Sequence[PairVerdict], place: Mapping[str, int]) -> dict[str, Any]:
    """`cells` are places in the list of all cells, best first; `speeds` are theirs against the best. `spreads` is the
    triangle of pairs, row by row: an interval goes from ratio / spread to ratio * spread, because it is symmetric about
    the logarithm. `verdicts`: a letter for each of these pairs (b: better, t: tied, u: unresolved, or not compared).
    `more`: blocks more that would decide a pair, by its place in the triangle.
    """
    known = [cell for cell in cells if cell in place]
    found = {sides: pair for pair in pairs for sides in ((pair.first, pair.second), (pair.second, pair.first))}
    triangle = [found.get(sides) for sides in combinations(known, 2)]
    return {
        "cells": [place[cell] for cell in known],
        "speeds": [_speed(found, cell, known[0]) for cell in known],
        "spreads": [_spread(pair) for pair in triangle],
        "verdicts": "".join(pair.verdict[0] if pair else "u" for pair in triangle),
        "more": {index: pair.blocks_more for index, pair in enumerate(triangle) if pair and pair.blocks_more},
    }


def _speed(found: Pairs, cell: str, best: str) -> float | None:
    if cell == best:
        return 1.0
    pair = found.get((cell, best))
    if pair is None:
        return None
    return significant(pair.ratio if pair.first == cell else 1 / pair.ratio, _DIGITS)


def _spread(pair: PairVerdict | None) -> float | None:
    return None if pair is None or pair.high is None else significant(pair.high / pair.ratio)


def _amounts(page: Page, place: Mapping[str, int]) -> dict[str, dict[str, dict[int, Amount]]]:
    found: dict[str, dict[str, dict[int, Amount]]] = {}
    for scenario, metric, cell, amount in (*_costs(page), *_times(page)):
        if cell in place:
            found.setdefault(scenario, {}).setdefault(metric, {})[place[cell]] = amount
    return found


def _costs(page: Page) -> Iterator[tuple[str, str, str, Amount]]:
    """The cost is that of the server's CPU time and the database's, as far as it is known."""
    for table in page.tables:
        for row in (row for league in table.leagues for row in league.rows):
            cpu, memory = row.costs.cpu, row.costs.memory
            if cpu.value is not None:
                yield table.id, "cpu", row.name.id, _amount(cpu, row.costs.cpu_ratio)
                whole = cpu.value + (row.costs.service.value or 0.0)
                yield table.id, "cost", row.name.id, (significant(whole), "", "")
            if memory.value is not None:
                yield table.id, "memory", row.name.id, _amount(memory, "")


def _times(page: Page) -> Iterator[tuple[str, str, str, Amount]]:
    for scenario, found in page.latency.items():
        for row in found.rows if found else ():
            figure, interval = row.percentiles[P99], row.intervals[P99]
            if figure.value is not None:
                yield scenario, "p99", row.name.id, (significant(figure.value), f"{figure.text} ms", interval)


def _amount(figure: Figure, more: str) -> Amount:
    return significant(figure.value or 0.0), figure.text, more
