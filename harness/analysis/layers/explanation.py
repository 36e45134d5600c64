"""Profiles of a scenario -> what each configuration spends where, and what makes two of them differ."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from math import exp, log, sqrt
from statistics import fmean
from typing import Final

import numpy as np

from harness.analysis.layers.residence import PLACES, residence
from harness.analysis.layers.spent import Spent, spent
from harness.analysis.layers.table import Layers, layers
from harness.model.found.explanation import (
    Amount,
    CellLayers,
    DatabaseShare,
    Difference,
    Explanation,
    Function,
    FunctionChange,
    StatementShare,
)
from harness.model.measured.database_work import DatabaseWork
from harness.model.measured.profile import Frame, Profile
from harness.stats.robust import t_interval

MOST_FUNCTIONS: Final = 20
MOST_STATEMENTS: Final = 10
SURE: Final = 2.0
"""Standard errors: a difference is at least what is left without them, in 97 of 100."""
FEWEST_BLOCKS: Final = 3


def explain(
    scenario: str, profiles: Sequence[Profile], cells: Sequence[str], pairs: Iterable[tuple[str, str]] = ()
) -> Explanation:
    """Of the profiles of one scenario: those of the cells that were seen, in their order, and the pairs of them that
    have a block in common."""
    table = layers()
    by_cell: dict[str, dict[int, Profile]] = {}
    for cell in cells:
        own = {one.block: one for one in profiles if one.scenario == scenario and one.cell == cell}
        if own:
            by_cell[cell] = own
    found = {cell: {block: spent(one, table) for block, one in blocks.items()} for cell, blocks in by_cell.items()}
    return Explanation(
        scenario=scenario,
        cells=tuple(
            _cell(cell, list(by_cell[cell].values()), list(blocks.values()), table) for cell, blocks in found.items()
        ),
        differences=tuple(
            _difference(first, second, found[first], found[second], table)
            for first, second in pairs
            if found.keys() >= {first, second} and found[first].keys() & found[second].keys()
        ),
    )


def _cell(cell: str, profiles: Sequence[Profile], blocks: Sequence[Spent], table: Layers) -> CellLayers:
    return CellLayers(
        cell=cell,
        blocks=len(blocks),
        samples=sum(profile.samples for profile in profiles),
        total=amount([one.total_us for one in blocks]),
        waiting=amount([one.waiting_us for one in blocks]),
        layers=_amounts([one.layers for one in blocks], table.ids),
        parts=_amounts([one.parts for one in blocks], table.parts),
        functions=_functions(blocks, table),
        slowed=float(np.exp(np.mean([log(one.slowed) for one in profiles]))),
        residence=_amounts([found for one in profiles if (found := residence(one))], PLACES),
        database=_database([one.database for one in profiles if one.database]),
    )


def _database(blocks: Sequence[DatabaseWork]) -> DatabaseShare | None:
    """What was counted, per answer; bytes where they are known in each block."""
    if not blocks:
        return None
    answered = sum(one.answered for one in blocks)
    calls: Counter[str] = Counter()
    seconds: defaultdict[str, float] = defaultdict(float)
    for each in (statement for one in blocks for statement in one.statements):
        calls[each.text] += each.calls
        seconds[each.text] += each.seconds
    return DatabaseShare(
        calls=sum(one.calls for one in blocks) / answered,
        reads=sum(one.reads for one in blocks) / answered,
        reads_asked=blocks[-1].reads_asked,
        rows=sum(one.rows for one in blocks) / answered,
        executing=amount([1e6 * one.seconds / one.answered for one in blocks]),
        sent=_per_answer([one.sent for one in blocks], answered),
        received=_per_answer([one.received for one in blocks], answered),
        statements=tuple(
            StatementShare(text=text, calls=calls[text] / answered, call_us=1e6 * seconds[text] / calls[text])
            for text in sorted(calls, key=lambda text: (-seconds[text], text))[:MOST_STATEMENTS]
        ),
    )


def _per_answer(counts: Sequence[int | None], answered: int) -> float | None:
    known = [count for count in counts if count is not None]
    return sum(known) / answered if len(known) == len(counts) else None


def amount(values: Sequence[float]) -> Amount:
    """Mean and Student's interval over blocks."""
    mean = float(np.mean(values))
    half = t_interval(np.array(values)) if len(values) >= FEWEST_BLOCKS else None
    return Amount(us=mean) if half is None else Amount(us=mean, low=mean - half, high=mean + half)


def _amounts(blocks: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, Amount]:
    """Of what was seen in any block, in the order of the names."""
    return {
        name: amount([one.get(name, 0.0) for one in blocks]) for name in names if any(name in one for one in blocks)
    }


def _functions(blocks: Sequence[Spent], table: Layers) -> tuple[Function, ...]:
    own, total = _mean([one.own for one in blocks]), _mean([one.total for one in blocks])
    most = sorted(own, key=lambda frame: (-own[frame], frame.function, frame.file))[:MOST_FUNCTIONS]
    return tuple(
        Function(**frame.model_dump(), layer=table.of(frame), self_us=own[frame], total_us=total.get(frame, own[frame]))
        for frame in most
    )


def _mean(blocks: Sequence[Mapping[Frame, float]]) -> dict[Frame, float]:
    found: defaultdict[Frame, float] = defaultdict(float)
    for block in blocks:
        for frame, microseconds in block.items():
            found[frame] += microseconds / len(blocks)
    return found


def _difference(
    first: str, second: str, one: Mapping[int, Spent], other: Mapping[int, Spent], table: Layers
) -> Difference:
    """Over the blocks that both have: they met the same moment of the machine."""
    pairs = [(one[block], other[block]) for block in sorted(one.keys() & other.keys())]
    parts = [_mean_of([side.parts for side in sides], table.parts) for sides in zip(*pairs, strict=True)]
    return Difference(
        first=first,
        second=second,
        total=amount([a.total_us - b.total_us for a, b in pairs]),
        waiting=amount([a.waiting_us - b.waiting_us for a, b in pairs]),
        layers=_amounts([_minus(a.layers, b.layers) for a, b in pairs], table.ids),
        parts=_amounts([_minus(a.parts, b.parts) for a, b in pairs], table.parts),
        functions=_changes([a for a, _ in pairs], [b for _, b in pairs], table),
        ratio=sum(parts[0].values()) / sum(parts[1].values()),
        factors=factors(*parts),
    )


def _minus(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {name: one.get(name, 0.0) - other.get(name, 0.0) for name in one.keys() | other.keys()}


def _mean_of(blocks: Sequence[Mapping[str, float]], names: Sequence[str]) -> dict[str, float]:
    return {name: float(np.mean([one.get(name, 0.0) for one in blocks])) for name in names}


def factors(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """What each part brings to the ratio of two sums; the product of all is the ratio.

    The mean, over all orders, of what the logarithm of the sum changes by when the part of `other` is replaced by that
    of `one` (Shapley 1953, A Value for n-Person Games).
    """
    names = [name for name in one if one[name] or other[name]]
    orders = list(permutations(names))
    found = dict.fromkeys(names, 0.0)
    for order in orders:
        now = dict(other)
        for name in order:
            before = sum(now.values())
            now[name] = one[name]
            if (after := sum(now.values())) > 0 and before > 0:
                found[name] += log(after / before) / len(orders)
    return {name: exp(value) for name, value in found.items()}


def _changes(first: Sequence[Spent], second: Sequence[Spent], table: Layers) -> tuple[FunctionChange, ...]:
    """Those first whose difference is the largest at least: a count of n samples is known to the root of n (Poisson),
    and of many functions that were seen a few times some differ much by chance."""
    one, other = _mean([block.own for block in first]), _mean([block.own for block in second])
    first_us, second_us = (fmean(block.sample_us for block in side) / len(side) for side in (first, second))
    changes = [
        FunctionChange(**frame.model_dump(), layer=table.of(frame), first_us=one.get(frame), second_us=other.get(frame))
        for frame in {**one, **other}
    ]

    def at_least(change: FunctionChange) -> float:
        error_us = sqrt((change.first_us or 0.0) * first_us + (change.second_us or 0.0) * second_us)
        return abs(change.difference_us) - SURE * error_us

    return tuple(sorted(changes, key=lambda c: (-at_least(c), c.function, c.file))[:MOST_FUNCTIONS])
