"""Where the microseconds of a request go, in sentences and tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.analysis.layers.residence import limited_by_load
from harness.analysis.layers.table import OTHER, Layer, layers
from harness.model.found.explanation import Amount, CellLayers, Difference, Explanation, FunctionChange
from harness.report.text import Figure, absent, listing, number, percent, shorten, times
from harness.report.view.names import Name
from harness.report.view.sections.beside import (
    StatementsTable,
    database_rows,
    in_statements,
    remarks,
    residence_rows,
    statement_rows,
)
from harness.report.view.source import Source
from harness.report.view.tables.amounts import AmountRow, amount_row

WORTH_NAMING: Final = 0.05
"""Of the largest of two things: what is smaller is summed up as the rest."""
WORTH_WAITING: Final = 0.2
"""Of the difference of CPU time: a difference of waiting that is smaller is not named."""
ALIKE: Final = 1.05
"""A factor this near to 1, or nearer, is not named."""
WAITING: Final = "waiting"
UNSEEN: Final = "none of it was seen"
MOST_PAIRS: Final = 15
MOST_LETTERS: Final = 70


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """A function as a reader knows it. `figures`: microseconds per request, in itself and with all that it calls."""

    function: str
    file: str
    owner: str
    layer: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class FunctionsTable:
    """The functions that take the most in a configuration."""

    name: Name
    rows: tuple[FunctionRow, ...]
    flame: str


@dataclass(frozen=True, slots=True)
class PairText:
    """Why one configuration costs more than another: sentences, and the functions that make most of it."""

    first: Name
    second: Name
    sentences: tuple[str, ...]
    rows: tuple[FunctionRow, ...]
    flame: str


@dataclass(frozen=True, slots=True)
class ExplanationSection:
    """One scenario. `cost`: what profiling itself cost, in a sentence. `remarks`: what stands out in one configuration
    by itself."""

    names: tuple[Name, ...]
    rows: tuple[AmountRow, ...]
    residence: tuple[AmountRow, ...]
    database: tuple[AmountRow, ...]
    statements: tuple[StatementsTable, ...]
    remarks: tuple[str, ...]
    functions: tuple[FunctionsTable, ...]
    pairs: tuple[PairText, ...]
    about: str
    cost: str


def explanation_section(source: Source, scenario: str) -> ExplanationSection | None:
    """None where nothing of the scenario was profiled."""
    found = source.explanations.get(scenario)
    if found is None or not found.cells:
        return None
    names = {cell.cell: source.name(cell.cell) for cell in found.cells}
    title = next((one.title for one in source.record.plan.scenarios if one.id == scenario), scenario)
    return ExplanationSection(
        names=tuple(names.values()),
        rows=layer_rows(found.cells),
        residence=residence_rows(found.cells),
        database=database_rows(found.cells),
        statements=tuple(
            StatementsTable(names[cell.cell], statement_rows(cell)) for cell in found.cells if cell.database
        ),
        remarks=tuple(remarks(found.cells, names)),
        functions=tuple(
            FunctionsTable(names[cell.cell], function_rows(cell), source.flames.get((scenario, cell.cell, ""), ""))
            for cell in found.cells
        ),
        pairs=tuple(
            PairText(
                names[pair.first],
                names[pair.second],
                tuple(sentences(pair, names, title, found.cells)),
                change_rows(pair.functions),
                source.flames.get((scenario, pair.first, pair.second), ""),
            )
            for pair in found.differences[:MOST_PAIRS]
        ),
        about=about(found),
        cost=cost(found, names),
    )


def about(found: Explanation) -> str:
    """What the figures rest on."""
    blocks = {cell.blocks for cell in found.cells}
    samples = sum(cell.samples for cell in found.cells)
    spread = str(min(blocks)) if len(blocks) == 1 else f"{min(blocks)} to {max(blocks)}"
    return (
        f"CPU microseconds per request, from {spread} blocks and {samples:,.0f} samples. The servers' own counters give"
        " the kernel's part and the sum; the samples share out the rest. Intervals are Student's over the blocks, 95 %."
    )


def cost(found: Explanation, names: Mapping[str, Name]) -> str:
    """How much slower the servers were while they were profiled."""
    slower = [f"{names[cell.cell].label} {percent(max(0.0, 1 - cell.slowed))}" for cell in found.cells]
    listed = ", ".join(slower)
    return f"Requests/s that profiling cost while it was on: {listed}. The CPU times are from stretches without it."


def layer_rows(cells: tuple[CellLayers, ...]) -> tuple[AmountRow, ...]:
    """A row for each layer that any of them has, and the sum."""
    rows = [
        amount_row(layer.id, layer.title, layer.about, [cell.layers.get(layer.id) for cell in cells], UNSEEN)
        for layer in layers().all
        if any(layer.id in cell.layers for cell in cells)
    ]
    whole = amount_row("", "All", "the server's CPU time per request", [cell.total for cell in cells], UNSEEN)
    about_waiting = "beside the CPU time: for a database, a lock, a sleep, the load, or a core"
    waiting = amount_row(WAITING, "Waiting", about_waiting, [cell.waiting for cell in cells], UNSEEN)
    return (*rows, whole, waiting)


def function_rows(cell: CellLayers) -> tuple[FunctionRow, ...]:
    """The functions that take the most, in themselves."""
    return tuple(
        FunctionRow(
            shorten(one.function, MOST_LETTERS),
            shorten(one.file, MOST_LETTERS),
            shorten(one.owner, MOST_LETTERS),
            _layer(one.layer).title,
            (Figure(f"{one.self_us:.1f}", one.self_us), Figure(f"{one.total_us:.1f}", one.total_us)),
        )
        for one in cell.functions
    )


def change_rows(functions: tuple[FunctionChange, ...]) -> tuple[FunctionRow, ...]:
    """The functions that differ most: in the first configuration, in the second, and the difference."""
    return tuple(
        FunctionRow(
            shorten(one.function, MOST_LETTERS),
            shorten(one.file, MOST_LETTERS),
            shorten(one.owner, MOST_LETTERS),
            _layer(one.layer).title,
            (
                _seen(one.first_us),
                _seen(one.second_us),
                Figure(f"{one.difference_us:+.1f}", one.difference_us),
            ),
        )
        for one in functions
    )


def _seen(value: float | None) -> Figure:
    return absent("it was never seen there") if value is None else Figure(f"{value:.1f}", value)


def _layer(name: str) -> Layer:
    return layers().named(name)


def sentences(pair: Difference, names: Mapping[str, Name], title: str, cells: Sequence[CellLayers] = ()) -> list[str]:
    """What makes the first cost more, or less, than the second: the whole, the layers, the parts of the ratio, and what
    is known of both among `cells`."""
    sides = {cell.cell: cell for cell in cells}
    statements = in_statements(sides[pair.first], sides[pair.second], names) if sides else []
    low, high = pair.total.low, pair.total.high
    if low is not None and high is not None and pair.total.us < 0:
        low, high = -high, -low  # of what is less, as it is said
    bounds = f" ({number(low)} to {number(high)})" if low is not None and high is not None else ""
    whole = f"{_whole(pair, names, title)}{bounds}."
    waiting = _in_waiting(pair, names[pair.first].label, sides.get(pair.first))
    if undecided(pair.total):
        return [f"{whole} That is not distinguished from no difference.", *statements, *waiting]
    return [whole, _in_layers(pair), _in_parts(pair), *statements, *waiting, *_as_measured(pair)]


def _whole(pair: Difference, names: Mapping[str, Name], title: str) -> str:
    first, second = names[pair.first].label, names[pair.second].label
    more = "more" if pair.total.us >= 0 else "less"
    return f"{first} spends {number(abs(pair.total.us))} µs {more} CPU time per request than {second} on {title}"


def explained(source: Source) -> str:
    """The sentence above a page of profiles alone; empty where nothing was profiled."""
    for scenario in source.record.plan.scenarios:
        if found := source.explanations.get(scenario.id):
            if found.differences:
                return _whole(found.differences[0], source.names, scenario.title)
            cell = max(found.cells, key=lambda cell: cell.total.us)
            whole = f"{number(cell.total.us)} µs of CPU time per request"
            return f"{source.name(cell.cell).label} spends {whole} on {scenario.title}"
    return ""


def undecided(amount: Amount) -> bool:
    """Whether the interval holds no difference at all, or is not known."""
    return amount.low is None or amount.high is None or amount.low <= 0 <= amount.high


def named_layers(pair: Difference) -> dict[str, Amount]:
    """By id, the layers that a sentence names, the largest difference first."""
    largest = max(abs(amount.us) for amount in pair.layers.values())
    return {
        layer: amount
        for layer, amount in sorted(pair.layers.items(), key=lambda item: -abs(item[1].us))
        if abs(amount.us) >= WORTH_NAMING * largest and not undecided(amount)
    }


def _in_layers(pair: Difference) -> str:
    """The layers that matter, the largest first, and the rest."""
    named = named_layers(pair)
    rest = sum(amount.us for layer, amount in pair.layers.items() if layer not in named)
    parts = [f"{_layer(layer).in_a_sentence} {amount.us:+.1f}" for layer, amount in named.items()]
    return f"By layer, in µs: {listing([*parts, f'the rest {rest:+.1f}'])}."


def _in_parts(pair: Difference) -> str:
    """What each part brings to the ratio."""
    parts = brought(pair.factors)
    return f"The ratio is {times(pair.ratio)}{f': {parts}' if parts else '; no part stands out'}."


def brought(factors: Mapping[str, float]) -> str:
    """The parts that stand out, the largest first; empty where none does."""
    ordered = sorted(factors.items(), key=lambda item: -max(item[1], 1 / item[1]))
    named = [f"{_called(name)} brings {times(factor)}" for name, factor in ordered if max(factor, 1 / factor) > ALIKE]
    return listing(named) if named else ""


def _in_waiting(pair: Difference, first: str, cell: CellLayers | None) -> list[str]:
    """How much longer the first waits, where that matters beside the CPU time."""
    apart = pair.waiting
    if undecided(apart) or abs(apart.us) < WORTH_WAITING * abs(pair.total.us):
        return []
    more = "more" if apart.us > 0 else "less"
    for_what = "for a database, a lock, a sleep, the load, or a core"
    if cell and apart.us > 0 and limited_by_load(cell.residence):
        for_what = "mostly for the load generator, which is the limit here"
    return [f"Beside that, {first} waits {number(abs(apart.us))} µs {more} per request: {for_what}."]


def _called(part: str) -> str:
    return {OTHER: "what belongs to no part", "data access": "data access"}.get(part, f"the {part}")


def _as_measured(pair: Difference) -> list[str]:
    """The difference as the campaign measured it apart from the profiles, and whether both agree."""
    apart = pair.measured
    if apart is None:
        return []
    if apart.low is None or apart.high is None or pair.total.low is None or pair.total.high is None:
        return [f"The campaign measured {apart.us:+.1f} µs apart from this."]
    verdict = (
        "the two agree"
        if apart.agrees_with(pair.total)
        else "the two do not agree: the machine, or the load, was another one"
    )
    return [
        f"The campaign measured {apart.us:+.1f} µs ({apart.low:+.1f} to {apart.high:+.1f}) apart from this: {verdict}."
    ]
