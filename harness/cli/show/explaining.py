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
from harness.report.view.sections.explanations import (
    WAITING,
    FunctionRow,
    about,
    change_rows,
    cost,
    function_rows,
    interval,
    layer_rows,
    microseconds,
    sentences,
)

MOST_FUNCTIONS: Final = 12


def show(found: Explanation, record: CampaignRecord) -> None:
    """Tables and sentences on standard output; what they rest on, on standard error."""
    known = names(record)
    title = next(one.title for one in record.plan.scenarios if one.id == found.scenario)
    output.print(_layers(found, known, title))
    for cell in found.cells if not found.differences else ():
        of_one = ("function", "file", "layer", "in itself", "with calls")
        output.print(_functions(f"Functions of {known[cell.cell].label}, µs per request", of_one, function_rows(cell)))
    for pair in found.differences:
        columns = ("function", "file", "layer", known[pair.first].title, known[pair.second].title, "difference")
        output.print(_functions("Functions that differ most, µs per request", columns, change_rows(pair.functions)))
        for sentence in sentences(pair, known, title):
            output.print(Text(sentence), soft_wrap=True)
    for line in (about(found), cost(found, known)):
        messages.print(line, style="dim", markup=False, highlight=False)


def _layers(found: Explanation, known: Mapping[str, Name], title: str) -> Table:
    columns = ["layer", *(known[cell.cell].label for cell in found.cells), *("difference" for _ in found.differences)]
    rows = []
    for row in layer_rows(found.cells):
        figures = [f"{figure.text} {half}" for figure, half in zip(row.figures, row.intervals, strict=True)]
        amounts = [_amount(pair, row.layer) for pair in found.differences]
        figures += [f"{microseconds(amount).text} {interval(amount)}" for amount in amounts]
        rows.append((row.title, *(figure.strip() for figure in figures)))
    return table(columns, rows, title=f"{title}: CPU microseconds per request", right=range(1, len(columns)))


def _amount(pair: Difference, layer: str) -> Amount | None:
    """Of a row of the table of layers."""
    return {"": pair.total, WAITING: pair.waiting}.get(layer) or pair.layers.get(layer)


def _functions(title: str, columns: Sequence[str], rows: Sequence[FunctionRow]) -> Table:
    shown = [
        (row.function, row.file, row.layer, *(figure.text for figure in row.figures)) for row in rows[:MOST_FUNCTIONS]
    ]
    return table(columns, shown, title=title, right=range(3, len(columns)))
