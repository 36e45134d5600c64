"""The highest rate that one cell holds in a block: probes at rates that each follow from what was seen before."""

from collections.abc import Iterator
from typing import Final

from harness.analysis.latency.capacity import probe_of
from harness.analysis.latency.next_rate import bracket, next_rate
from harness.campaign.block.bench import Bench
from harness.campaign.block.open_slices import driven, open_slice, settling_slice
from harness.campaign.block.state import Block
from harness.catalog.scenarios import Scenario
from harness.model.measured.latency import CapacitySearch, Criterion, Probe
from harness.model.measured.load import AWAY

PROBE_S: Final = 2.0
LONGEST_PROBE_S: Final = 10.0
LEAST_DUE: Final = 1000
"""Requests that a probe should have, so that ten of them lie beyond its p99; slow cells are probed longer for it."""


def search(bench: Bench, block: Block, scenario: Scenario, cell: str, *, ceiling: float) -> Iterator[None]:
    """Find the bracket between 0 and `ceiling` requests per second, and write it down; yields after each probe.

    One that the cell's death, an interrupt or an absence of the load generator cuts off is not written.
    """
    assert bench.plan.p99_s is not None, "a search needs a limit"
    criterion, probes = Criterion(p99_s=bench.plan.p99_s), list[Probe]()
    while (rate := next_rate(probes, ceiling)) is not None:
        if bench.interrupt.asked or cell not in block.live:
            return
        with bench.phases.timed("capacity"):
            probes.append(_probe(bench, block, scenario, cell, rate=rate, ceiling=ceiling, criterion=criterion))
        if AWAY.intersection(probes[-1].marks):
            return
        yield
    highest, broken = bracket(probes)
    found = CapacitySearch(
        cell=cell,
        block=block.number,
        scenario=scenario.id,
        level=scenario.manifest.rank.at,
        criterion=criterion,
        ceiling=ceiling,
        highest=highest,
        broken=broken,
        probes=tuple(probes),
    )
    bench.folder.append_searches([found])


def _probe(
    bench: Bench, block: Block, scenario: Scenario, cell: str, *, rate: float, ceiling: float, criterion: Criterion
) -> Probe:
    settling = settling_slice(bench.plan, cell, scenario.manifest, ceiling)
    trying = open_slice(bench.plan, cell, scenario.manifest, rate=rate, counted_s=probe_length(rate), capacity=ceiling)
    _, record = driven(bench, block, [settling, trying])
    return probe_of(record, rate, criterion, bench.plan.generator_cores)


def probe_length(rate: float) -> float:
    """Seconds of a probe's counted stretch."""
    return min(LONGEST_PROBE_S, max(PROBE_S, LEAST_DUE / rate))
