"""What the page's script reads: what cells are, to filter them, and all pairs, for another reference."""

from itertools import combinations
from typing import Any

from harness.model.found.ranking import RankedCell
from harness.report.digits import significant
from harness.report.view.source import Source

_DIGITS = 7
"""A ratio is made from two of these, and shown with at most four."""


def script_data(source: Source) -> dict[str, Any]:
    """Plain values. `pairs`, by scenario: `cells` are places in the list of all cells, best first; `speeds` are theirs
    against the best. `spreads` is the triangle of pairs, row by row: an interval goes from ratio / spread to ratio *
    spread, because it is symmetric about the logarithm. `verdicts`: a letter for each of these pairs.
    """
    place = {name.id: index for index, name in enumerate(source.contestants)}
    return {
        "reference": source.ranking.reference,
        "cells": [
            {key: getattr(name, key) for key in ("id", "server", "interface", "language", "tier")}
            for name in source.contestants
        ],
        "pairs": {
            scenario: _pairs(source, scenario, [row for row in found.rows if row.cell in place], place)
            for scenario, found in source.ranking.scenarios.items()
        },
    }


def _pairs(source: Source, scenario: str, rows: list[RankedCell], place: dict[str, int]) -> dict[str, Any]:
    cells = [row.cell for row in rows]
    return {
        "cells": [place[cell] for cell in cells],
        "speeds": [_speed(source, scenario, cell, cells[0]) for cell in cells],
        "spreads": [_spread(source, scenario, one, other) for one, other in combinations(cells, 2)],
        "verdicts": "".join(_verdict(source, scenario, one, other) for one, other in combinations(cells, 2)),
    }


def _speed(source: Source, scenario: str, cell: str, best: str) -> float | None:
    if cell == best:
        return 1.0
    pair = source.pair(scenario, cell, best)
    if pair is None:
        return None
    return significant(pair.ratio if pair.first == cell else 1 / pair.ratio, _DIGITS)


def _verdict(source: Source, scenario: str, one: str, other: str) -> str:
    """b: better, t: tied, u: unresolved, or not compared."""
    pair = source.pair(scenario, one, other)
    return pair.verdict[0] if pair else "u"


def _spread(source: Source, scenario: str, one: str, other: str) -> float | None:
    pair = source.pair(scenario, one, other)
    return None if pair is None or pair.high is None else significant(pair.high / pair.ratio)
