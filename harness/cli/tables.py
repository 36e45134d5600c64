"""Tables on the terminal."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.model.ranking import RankedCell, ScenarioRanking
from harness.report.text import place


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> Table:
    """A plain table. Columns whose index is in `right` are aligned right, those in `whole` are never broken.

    No text in it is read as markup.
    """
    made = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for index, column in enumerate(columns):
        made.add_column(column, justify="right" if index in right else "left", overflow="fold", no_wrap=index in whole)
    for row in rows:
        made.add_row(*(Text(value) for value in row))
    return made


def ranking_table(ranking: ScenarioRanking) -> Group:
    """The ranking of one scenario, best first; below it every cell without a place, with the reason."""
    title = f"{ranking.scenario} at {ranking.level.label}" + (" (estimate)" if ranking.estimate else "")
    errors = any(row.error_share for row in ranking.rows)
    columns = ("rank", "application", "server", "requests/s", "ratio", "interval", *(("errors",) if errors else ()))
    rows = [_row(row)[: len(columns)] for row in ranking.rows]
    unranked = [Text(f"n/a  {cell.app} on {cell.server}: {cell.reason}") for cell in ranking.unranked]
    return Group(table(columns, rows, title=title, right=(3, 4, 5, 6), whole=(1, 2)), *unranked)


def _row(row: RankedCell) -> tuple[str, ...]:
    ratio = "n/a" if row.ratio is None else f"{row.ratio:.2f}"
    rank = place(row.rank_low, row.rank_high)
    return (rank, row.app, row.server, f"{row.rps:,.0f}", ratio, _interval(row), f"{row.error_share:.2%}")


def _interval(row: RankedCell) -> str:
    """Of the ratio. The reference has none: every other cell is told to it."""
    if row.ratio_low is None or row.ratio_high is None:
        return "n/a"
    return "reference" if row.ratio_low == row.ratio_high else f"{row.ratio_low:.2f}–{row.ratio_high:.2f}"
