"""Where the microseconds go, on the terminal."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from harness.cli.console import messages, output
from harness.cli.show.tables import table
from harness.model.found.explanation import Amount, Difference, Explanation
from harness.model.measured.campaign import CampaignRecord
from harness.report.view.names import Name, names
from harness.report.view.sections.beside import database_rows, remarks, residence_rows
from harness.report.view.sections.explanations import (
    UNSEEN,
    WAITING,
    FunctionRow,
    about,
    change_rows,
    cost,
    function_rows,
    layer_rows,
    sentences,
)
from harness.report.view.tables.amounts import AmountRow, interval, microseconds

MOST_FUNCTIONS: Final = 12
NARROW: Final = 13
"""Letters of a column of figures."""
BETWEEN: Final = 3
"""Letters between two columns."""


def show(found: Explanation, record: CampaignRecord) -> None:
    """Tables and sentences on standard output; what they rest on, on standard error."""
    known = names(record)
    title = next(one.title for one in record.plan.scenarios if one.id == found.scenario)
    heads = [in_a_column(known[cell.cell].label) for cell in found.cells]
    output.print(_amounts(f"{title}: CPU microseconds per request", ["layer", *heads], layer_rows(found.cells)))
    if found.differences:
        output.print(_differences(found, known, title))
    of_cells = ["", *heads]
    if residences := residence_rows(found.cells):
        output.print(_amounts("Where a request waits, in microseconds", of_cells, residences))
    if counted := database_rows(found.cells):
        output.print(_amounts("The database's own counters, per answer", of_cells, counted))
    for cell in found.cells if not found.differences else ():
        of_one = ("function", "file", "layer", "in itself", "with calls")
        output.print(_functions(f"Functions of {known[cell.cell].label}, µs per request", of_one, function_rows(cell)))
    for pair in found.differences:
        columns = ("function", "file", "layer", known[pair.first].title, known[pair.second].title, "difference")
        output.print(_functions("Functions that differ most, µs per request", columns, change_rows(pair.functions)))
        for sentence in sentences(pair, known, title, found.cells):
            output.print(Text(sentence), soft_wrap=True)
    for remark in remarks(found.cells, known):
        output.print(Text(remark), soft_wrap=True)
    for line in (about(found), cost(found, known)):
        messages.print(line, style="dim", markup=False, highlight=False)


def in_a_column(label: str) -> str:
    """A name on lines of its own, so that a column is no wider than its figures."""
    return "\n".join(wrap(label, NARROW, break_long_words=False))


def _differences(found: Explanation, known: Mapping[str, Name], title: str) -> Group:
    """The first configuration less each of the others."""
    heads = [in_a_column(f"less {known[pair.second].label}") for pair in found.differences]
    rows = []
    for row in layer_rows(found.cells):
        amounts = [_amount(pair, row.id) for pair in found.differences]
        rows.append(
            (row.title, *(f"{microseconds(amount, UNSEEN).text} {interval(amount)}".strip() for amount in amounts))
        )
    whose = known[found.differences[0].first].label
    return _figures(f"{title}: {whose} less the others, in microseconds", ["layer", *heads], rows)


def _amounts(title: str, columns: Sequence[str], rows: Sequence[AmountRow]) -> Group:
    return _figures(title, columns, [(row.title, *_texts(row)) for row in rows])


def _figures(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Group:
    """As many tables below each other as it takes: no figure is broken or cut."""
    texts = [columns, *rows]
    widths = [
        max(len(line) for text in column for line in text.splitlines() or [""]) for column in zip(*texts, strict=True)
    ]
    tables: list[Table] = []
    for chosen in beside_each_other(widths, output.width):
        heads, *shown = ([text[index] for index in (0, *chosen)] for text in texts)
        name = "" if tables else title
        tables.append(table(heads, shown, title=name, right=range(1, len(heads)), whole=(0,)))
    return Group(*tables)


def beside_each_other(widths: Sequence[int], room: int) -> list[list[int]]:
    """Columns after the first in groups: each fits into `room` letters beside the first one, or is one column alone."""
    groups: list[list[int]] = []
    for index in range(1, len(widths)):
        taken = sum(widths[at] + BETWEEN for at in (0, *(groups[-1] if groups else ()), index))
        if groups and taken <= room:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _texts(row: AmountRow) -> list[str]:
    """Each figure with its interval."""
    return [f"{figure.text} {half}".strip() for figure, half in zip(row.figures, row.intervals, strict=True)]


def _amount(pair: Difference, layer: str) -> Amount | None:
    """Of a row of the table of layers."""
    return {"": pair.total, WAITING: pair.waiting}.get(layer) or pair.layers.get(layer)


def _functions(title: str, columns: Sequence[str], rows: Sequence[FunctionRow]) -> Table:
    shown = [
        (row.function, row.file, row.layer, *(figure.text for figure in row.figures)) for row in rows[:MOST_FUNCTIONS]
    ]
    return table(columns, shown, title=title, right=range(3, len(columns)))
