"""What limited a cell: its server, the load generator, or neither."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from harness.model.asked.scenario import ScenarioManifest
from harness.model.measured.trial import Bound
from harness.report.document import Limited
from harness.report.text import Figure, absent, count, rate
from harness.report.view.source import Source


def limits(source: Source, scenario: ScenarioManifest) -> Mapping[str, Limited]:
    """By cell, over its counted trials; without those of which nothing is known."""
    by_cell: dict[str, list[Bound]] = {}
    for trial in source.counted(scenario):
        if trial.bound is not None:
            by_cell.setdefault(trial.cell, []).append(trial.bound)
    return {cell: _limited(bounds) for cell, bounds in by_cell.items()}


def in_words(limited: Limited) -> str:
    """server-bound in 5 of 6 blocks: the server used 97% of its cores, the generator 34%."""
    return f"{limited.limit} in {limited.blocks} of {count(limited.of_blocks, 'block')}: {limited.reason}"


def ceiling(source: Source) -> Figure:
    """What the load generator could have done, over all cells and scenarios: from the dearest request to the
    cheapest."""
    found = [
        limited.ceiling_rps
        for scenario in source.record.plan.scenarios
        for limited in limits(source, scenario).values()
        if limited.ceiling_rps
    ]
    if not found:
        return absent("not measured")
    low, high = rate(min(found)), rate(max(found))
    return low if low.text == high.text else Figure(f"{low.text}–{high.text}", min(found))


def _limited(bounds: Sequence[Bound]) -> Limited:
    """The limit of most blocks (of two alike the first seen), with the reason of the last of them."""
    limit, blocks = Counter(bound.limit for bound in bounds).most_common(1)[0]
    ceilings = [bound.ceiling_rps for bound in bounds if bound.ceiling_rps is not None]
    return Limited(
        limit=limit,
        blocks=blocks,
        of_blocks=len(bounds),
        reason=[bound.reason for bound in bounds if bound.limit == limit][-1],
        ceiling_rps=median(ceilings) if ceilings else None,
    )
