"""A comparison of two campaigns on the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from harness.cli.console import messages, output, print_notice
from harness.cli.quantities import number_of
from harness.cli.show.tables import NOTHING, table
from harness.model.found.comparison import CellChange, Change, Comparison, Difference, NotCompared, ScenarioComparison
from harness.model.measured.campaign import CampaignRecord
from harness.report.text import a_second

COLUMNS = ("cell", "before", "after", "change", "between", "own rate", "verdict")
VERSIONS = "versions"
MOST_DIFFERENCES = 12
MOST_MISSING = 4
"""Lines about cells that are not compared for one reason."""


def show(comparison: Comparison, called: Mapping[str, str], versions: Mapping[str, str] = NOTHING) -> None:
    """Tables on standard output; what differs, and what to bear in mind, on standard error. `called`: the name of each
    cell of either campaign. `versions`: by cell of the later one, which changed; without any they have no column."""
    for difference in comparison.differences[:MOST_DIFFERENCES]:
        messages.print(f"differs: {in_words(difference)}", style="dim", markup=False, highlight=False)
    if len(comparison.differences) > MOST_DIFFERENCES:
        more = len(comparison.differences) - MOST_DIFFERENCES
        messages.print(f"and {more} differences more: see --json or --out", style="dim", markup=False)
    for notice in comparison.notices:
        print_notice(notice)
    for scenario in comparison.scenarios:
        _show(scenario, called, versions)
    messages.print(in_a_line(comparison), markup=False, highlight=False)


def why_nothing(*records: CampaignRecord) -> list[str]:
    """Why nothing beside the reference has a figure in both campaigns."""
    return [
        f"{record.id} is {record.state} and has {number_of(len(record.completed_blocks), 'complete block')}"
        for record in records
        if record.state != "finished" or not record.completed_blocks
    ] or ["nothing beside the reference has a figure in both campaigns"]


def in_words(difference: Difference) -> str:
    """locks.fastapi: 0a1b before, 2c3d after."""
    return f"{difference.field}: {difference.before} before, {difference.after} after"


def in_a_line(comparison: Comparison) -> str:
    """How many cells got better, worse, are tied, or unresolved, over all scenarios."""
    counts = [(len(comparison.verdicts(word)), word) for word in ("worse", "better", "tied", "unresolved")]
    return ", ".join(f"{count} {word}" for count, word in counts) + (
        f": changes of the ratio to the reference against {comparison.delta:.1%}, with intervals that hold together "
        f"at {comparison.confidence:.0%}"
    )


def _show(scenario: ScenarioComparison, called: Mapping[str, str], versions: Mapping[str, str]) -> None:
    title = f"{scenario.scenario} at {scenario.level.label}, {a_second(scenario.unit)}" + (
        " (void)" if scenario.void else ""
    )
    columns = (*COLUMNS, VERSIONS) if versions else COLUMNS
    changed = {row.cell: (versions.get(row.cell, ""),) if versions else () for row in scenario.rows}
    rows = [(called[row.cell], *_figures(row), *changed[row.cell]) for row in scenario.rows]
    output.print(table(columns, rows, title=title, right=range(1, 6), whole=range(1, 7)))
    for line in _missing(scenario.missing, called):
        output.print(line, markup=False, highlight=False)


def _missing(cells: Sequence[NotCompared], called: Mapping[str, str]) -> Iterator[str]:
    """Why cells are not compared: a line for each, or for all together where many have one reason."""
    reasons: dict[str, list[str]] = {}
    for cell in cells:
        reasons.setdefault(cell.reason, []).append(called[cell.cell])
    for reason, names in reasons.items():
        many = len(names) > MOST_MISSING
        yield from (f"n/a  {name}: {reason}" for name in ([number_of(len(names), "configuration")] if many else names))


def _figures(row: CellChange) -> tuple[str, ...]:
    return (
        f"{row.rps_before:,.0f}",
        f"{row.rps_after:,.0f}",
        "n/a" if row.relative is None else percent(row.relative.ratio),
        "n/a" if row.relative is None else _between(row.relative),
        percent(row.absolute.ratio),
        row.verdict or "reference",
    )


def percent(ratio: float) -> str:
    """A ratio as a change: +2.1%, -14.8%."""
    return f"{ratio - 1:+.1%}"


def _between(change: Change) -> str:
    if change.low is None or change.high is None:
        return "n/a"
    return f"{percent(change.low)} to {percent(change.high)}".replace("%", "", 1)
