"""Where the microseconds go, on the terminal."""

from collections.abc import Mapping, Sequence
from typing import Final

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


def show(found: Explanation, record: CampaignRecord) -> None:
    """Tables and sentences on standard output; what they rest on, on standard error."""
    known = names(record)
    title = next(one.title for one in record.plan.scenarios if one.id == found.scenario)
    output.print(_layers(found, known, title))
    of_cells = ["", *(known[cell.cell].label for cell in found.cells)]
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


def _layers(found: Explanation, known: Mapping[str, Name], title: str) -> Table:
    columns = ["layer", *(known[cell.cell].label for cell in found.cells), *("difference" for _ in found.differences)]
    rows = []
    for row in layer_rows(found.cells):
        amounts = [_amount(pair, row.id) for pair in found.differences]
        differences = [f"{microseconds(amount, UNSEEN).text} {interval(amount)}".strip() for amount in amounts]
        rows.append((row.title, *_texts(row), *differences))
    return table(columns, rows, title=f"{title}: CPU microseconds per request", right=range(1, len(columns)))


def _amounts(title: str, columns: Sequence[str], rows: Sequence[AmountRow]) -> Table:
    shown = [(row.title, *_texts(row)) for row in rows]
    return table(columns, shown, title=title, right=range(1, len(columns)))


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
