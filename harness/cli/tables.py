"""Tables on the terminal."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from harness.model.ranking import RankedCell, ScenarioRanking


def table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "", right: Sequence[int] = ()
) -> Table:
    """A plain table; columns whose index is in `right` are aligned right. No text in it is read as markup."""
    made = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for index, column in enumerate(columns):
        made.add_column(column, justify="right" if index in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(value) for value in row))
    return made


def ranking_table(ranking: ScenarioRanking) -> Table:
    """The ranking of one scenario, best first, cells without a place below."""
    ranked = [_row(row) for row in ranking.rows]
    unranked = [("–", cell.app, cell.server, "n/a", "", "", cell.reason) for cell in ranking.unranked]
    title = f"{ranking.scenario} at {ranking.level.label}" + (" (estimate)" if ranking.estimate else "")
    columns = ("rank", "application", "server", "requests/s", "interval", "of reference", "")
    return table(columns, [*ranked, *unranked], title=title, right=(3, 4, 5))


def _row(row: RankedCell) -> tuple[str, ...]:
    rank = str(row.rank_low) if row.rank_low == row.rank_high else f"{row.rank_low}–{row.rank_high}"
    interval = "n/a" if row.rps_low is None or row.rps_high is None else f"{row.rps_low:,.0f}–{row.rps_high:,.0f}"
    ratio = "n/a" if row.ratio is None else f"{row.ratio:.2f}x"
    errors = f"{row.error_share:.2%} errors" if row.error_share else ""
    return (rank, row.app, row.server, f"{row.rps:,.0f}", interval, ratio, errors)
