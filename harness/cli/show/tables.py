"""Tables on the terminal."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol, get_args

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.model.found.ranking import League, RankedCell, ScenarioRanking
from harness.model.found.slopes import SlopeRanking
from harness.report.text import a_second, place, slope_in_words

MOST: Final = 12
"""Rows of a table at the end of a campaign, which the report holds whole."""
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
WHO: Final = ("application", "server")


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str = "",
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> Table:
    """A plain table. Columns whose index is in `right` hold figures and are aligned right; neither they nor those in
    `whole` are ever broken: on a narrow terminal the others fold.

    No text in it is read as markup.
    """
    made = Table(title=Text(title) if title else None, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for index, column in enumerate(columns):
        figures = index in right
        made.add_column(
            column, justify="right" if figures else "left", overflow="fold", no_wrap=figures or index in whole
        )
    for row in rows:
        made.add_row(*(Text(value) for value in row))
    return made


def ranking_table(ranking: ScenarioRanking, most: int | None = None, more: Mapping[str, str] = NOTHING) -> Group:
    """The ranking of one scenario, a table a league, best first; below it cells without a place, with the reason.

    At most `most` rows of each, and how many more there are. `more`: by cell id, in what else than application and
    server cells differ; without any there is no column for it.
    """
    found = {row.league for row in ranking.rows} or {"controlled"}
    leagues = [league for league in get_args(League) if league in found]
    tables = [_league_table(ranking, league, most, more, alone=len(leagues) < 2) for league in leagues]
    unranked = [Text(f"n/a  {called(cell, more)}: {cell.reason}") for cell in ranking.unranked]
    return Group(*tables, *unranked[:most], *left_out(len(unranked), most))


class Row(Protocol):
    """A figure of a cell."""

    @property
    def cell(self) -> str: ...
    @property
    def app(self) -> str: ...
    @property
    def server(self) -> str: ...


def called(row: Row, more: Mapping[str, str]) -> str:
    """Its cell, with what tells it apart from others of its application and server."""
    name = f"{row.app} on {row.server}"
    return f"{name} ({more[row.cell]})" if more.get(row.cell) else name


def who(rows: Sequence[Row], more: Mapping[str, str]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The heads of the columns that say which cell a row is of, and what stands in them."""
    if not any(more.get(row.cell) for row in rows):
        return WHO, [(row.app, row.server) for row in rows]
    return (*WHO, "settings"), [(row.app, row.server, more.get(row.cell, "")) for row in rows]


def left_out(rows: int, most: int | None) -> list[Text]:
    """How many of `rows` are not shown where at most `most` are, and where to find them."""
    more = 0 if most is None else max(0, rows - most)
    return [Text(f"… {more} more: see the report, or harness export", style="dim")] if more else []


def _league_table(
    ranking: ScenarioRanking, league: League, most: int | None, more: Mapping[str, str], *, alone: bool
) -> Group:
    of_league = "" if alone else f", {league}"
    at = ranking.level.label if ranking.rate is None else f"{ranking.rate:,.0f} requests/s, {ranking.level.label}"
    title = f"{ranking.scenario} at {at}{of_league}" + (" (estimate)" if ranking.estimate else "")
    ranked = [row for row in ranking.rows if row.league == league]
    errors = any(row.error_share for row in ranked)
    heads, names = who(ranked[:most], more)
    figure = a_second(ranking.unit) if ranking.rate is None else "p99, ms"
    figures = (*slope_columns(ranking.slopes), figure, "ratio", "interval", *(("errors",) if errors else ()))
    rows = [
        (
            place(row.rank_low, row.rank_high),
            *name,
            *(*slope_figures(row.cell, ranking.slopes), *_figures(row))[: len(figures)],
        )
        for row, name in zip(ranked, names, strict=False)
    ]
    right = range(1 + len(heads), 1 + len(heads) + len(figures))
    made = table(("rank", *heads, *figures), rows, title=title, right=right, whole=(0,))
    return Group(made, *left_out(len(ranked), most))


def slope_columns(slopes: SlopeRanking | None) -> tuple[str, ...]:
    """Heads of the columns that a scenario has which is ranked by slopes."""
    return (f"\u00b5s per {slopes.per}", "from \u2013 to") if slopes else ()


def slope_figures(cell: str, slopes: SlopeRanking | None) -> tuple[str, ...]:
    """What stands in these columns."""
    if slopes is None:
        return ()
    row = next((row for row in slopes.rows if row.cell == cell), None)
    if row is None:
        return ("n/a", "n/a")
    text = slope_in_words(row.microseconds, row.high, distinguished=row.distinguished)
    return (text, "n/a" if row.low is None or row.high is None else f"{row.low:.3g} \u2013 {row.high:.3g}")


def _figures(row: RankedCell) -> tuple[str, ...]:
    ratio = "n/a" if row.ratio is None else f"{row.ratio:.2f}"
    figure = f"{row.rps:,.0f}" if row.p99_s is None else f"{1000 * row.p99_s:,.1f}"
    return (figure, ratio, _interval(row), f"{row.error_share:.2%}")


def _interval(row: RankedCell) -> str:
    """Of the ratio. The reference has none: every other cell is compared with it."""
    if row.ratio_low is None or row.ratio_high is None:
        return "n/a"
    return "reference" if row.ratio_low == row.ratio_high else f"{row.ratio_low:.2f}–{row.ratio_high:.2f}"
