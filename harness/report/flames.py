"""Which flame graphs lie beside a page: one of each profiled configuration, and one of each pair."""

from collections import defaultdict
from pathlib import Path
from typing import Final

from harness.model.measured.profile import Profile
from harness.report.charts.flame import differential, flame, tree_of
from harness.report.view.sections.explanations import MOST_PAIRS
from harness.report.view.source import Source
from harness.store.folder import ResultsFolder

FOLDER: Final = "flames"

Key = tuple[str, str, str]
"""Scenario, cell, and the cell that it is compared with; empty: with none."""


def drawn(source: Source, results: Path) -> dict[Key, tuple[str, str]]:
    """The name of each file, relative to the page, and the SVG in it. Names are numbers: those of cells and scenarios
    come from a record, and never become a path."""
    if not source.explanations:
        return {}
    by_cell: defaultdict[tuple[str, str], list[Profile]] = defaultdict(list)
    for profile in ResultsFolder.open(results).read_profiles()[0]:
        by_cell[profile.scenario, profile.cell].append(profile)
    trees = {key: tree_of(profiles) for key, profiles in by_cell.items()}
    found: dict[Key, tuple[str, str]] = {}
    for scenario, explanation in source.explanations.items():
        for cell in explanation.cells:
            title = f"{source.name(cell.cell).label}, {scenario}"
            found[scenario, cell.cell, ""] = (_file(len(found)), flame(title, trees[scenario, cell.cell]))
        for pair in explanation.differences[:MOST_PAIRS]:
            title = f"{source.name(pair.first).label} against {source.name(pair.second).label}, {scenario}"
            svg = differential(title, trees[scenario, pair.first], trees[scenario, pair.second])
            found[scenario, pair.first, pair.second] = (_file(len(found)), svg)
    return found


def _file(number: int) -> str:
    return f"{FOLDER}/{number + 1}.svg"
